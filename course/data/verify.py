"""Does an array hold what its card says? The one place where content is judged."""

import hashlib

import numpy as np

from course.data.errors import DataRefused


def check(card, arrays, where):
    """Refuse arrays that are not those of the card.

    Args:
        card: the ``Card``.
        arrays: dictionary of name → NumPy array.
        where: the file (or place) that they come from, for the message.

    Raises:
        DataRefused: names the place and the first thing that is wrong.
    """
    complaint = _names(card, arrays) or next(filter(None, (_differs(card, arrays, k) for k in card.arrays)), "")
    if complaint:
        raise refused(card, where, complaint)


def refused(card, where, complaint):
    """Return the error for a file that is not used, in one form for all places."""
    return DataRefused(
        f"{card.name}: {where} was refused and left untouched: {complaint}. "
        "Delete or replace it; course.data.load(name, refresh=True) ignores a bad cache."
    )


def digest(array):
    """Return the SHA-256 of an array's raw bytes in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def shape_fits(shape, spec):
    """Does a shape fit the card's, in which names stand for sizes that are options?"""
    return len(shape) == len(spec) and all(
        isinstance(b, str) or a == b for a, b in zip(shape, spec, strict=True)
    )


def _names(card, arrays):
    if sorted(arrays) != sorted(card.arrays):
        return f"it holds {', '.join(sorted(arrays)) or 'nothing'}, the card says {', '.join(card.arrays)}"
    return ""


def _differs(card, arrays, name):
    spec, array = card.arrays[name], arrays[name]
    if not np.issubdtype(array.dtype, np.dtype(spec.dtype)) and array.dtype != np.dtype(spec.dtype):
        return f"{name} is {array.dtype}, the card says {spec.dtype}"
    if not shape_fits(array.shape, spec.shape):
        return f"{name} has shape {array.shape}, the card says {spec.shape}"
    if spec.sha256:
        found = digest(array)
        return "" if found == spec.sha256 else f"{name} has SHA-256 {found}, the card says {spec.sha256}"
    if spec.range and array.size and not (spec.range[0] <= array.min() and array.max() <= spec.range[1]):
        return f"{name} lies in [{array.min()}, {array.max()}], the card says {list(spec.range)}"
    if spec.counts and tuple(np.bincount(array, minlength=len(spec.counts))) != spec.counts:
        return f"the labels of {name} are not as often as the card says"
    if spec.total is not None and int(array.sum(dtype="int64")) != spec.total:
        return f"the elements of {name} sum to {int(array.sum(dtype='int64'))}, the card says {spec.total}"
    return ""
