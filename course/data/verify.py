"""Compares arrays with their card; the only place where content is checked."""

import hashlib
from typing import NamedTuple

import numpy as np

from course.data.errors import DataRefused


class Place(NamedTuple):
    """Where content comes from, and what its user can do if it is wrong."""

    name: str
    remedy: str


def check(card, arrays, place):
    """Raise an error for arrays that are not those of the card.

    Args:
        card: the ``Card``.
        arrays: dictionary of name → NumPy array.
        place: the ``Place`` that they come from, for the message.

    Raises:
        DataRefused: names the place and the first thing that is wrong.
    """
    if sorted(arrays) != sorted(card.arrays):
        held = ", ".join(sorted(arrays)) or "nothing"
        raise refused(card, place, f"it holds {held}, the card says {', '.join(card.arrays)}")
    for name, spec in card.arrays.items():
        complaint = form(spec, arrays[name].dtype, arrays[name].shape) or _content(spec, arrays[name])
        if complaint:
            raise refused(card, place, complaint)


def refused(card, place, complaint):
    """Return the error for content that is not used, in the same form for all places."""
    return DataRefused(f"{card.name}: {place.name} was refused: {complaint}. {place.remedy}")


def form(spec, dtype, shape):
    """Return what is wrong with a dtype and a shape, or nothing.

    Where the card has a name in place of a size, any size fits; ``str`` is text of any length.
    """
    expected = np.dtype(spec.dtype)
    if dtype.hasobject:
        return f"{spec.name} holds pickled Python objects, which are never opened"
    if dtype != expected and not (expected.kind == dtype.kind == "U"):
        return f"{spec.name} is {dtype}, the card says {spec.dtype}"
    fits = len(shape) == len(spec.shape) and all(
        isinstance(size, str) or size == found for size, found in zip(spec.shape, shape, strict=True)
    )
    return "" if fits else f"{spec.name} has shape {tuple(shape)}, the card says {spec.shape}"


def digest(array):
    """Return the SHA-256 of an array's raw bytes in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def _content(spec, array):
    if spec.sha256:
        found = digest(array)
        return "" if found == spec.sha256 else f"{spec.name} has SHA-256 {found}, the card says {spec.sha256}"
    if spec.range and array.size and not (spec.range[0] <= array.min() and array.max() <= spec.range[1]):
        return f"{spec.name} lies in [{array.min()}, {array.max()}], the card says {list(spec.range)}"
    if spec.counts and tuple(np.bincount(array, minlength=len(spec.counts))) != spec.counts:
        return f"the labels in {spec.name} are not as frequent as the card says"
    if spec.total is not None and int(array.sum(dtype="int64")) != spec.total:
        return f"{spec.name} sums to {int(array.sum(dtype='int64'))}, the card says {spec.total}"
    return ""
