"""Converts lists and tuples of numbers, and of rows of numbers, to arrays: only the values of an answer count.

`plain` is applied to the value that a candidate's function returns, so that a check can compute with it; the
statements of a check use `numbers`. Both convert only what is clearly an array: rows of different lengths, texts, and
objects are not changed, and `why_not` says why they are not an array.
"""

import numpy as np

_KINDS = "biufc"  # bool, integers, floats, complex


def plain(value):
    """Replace the lists of numbers, and of rows of equal length, in an answer by arrays.

    A tuple usually contains several results. Therefore it stays a tuple, unless all its items are tuples of numbers of
    one kind: ((0, 1), (0.5, 0.5)) are two results, whose integers must stay integers.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) or _is_table(value):
        array = numbers(value)
        return [plain(item) for item in value] if array is None else array
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


def numbers(value):
    """Return a value as an array of numbers, or None if it is not one."""
    if isinstance(value, (bool, int, float, np.ndarray, np.generic)):
        return _array(value)
    if not isinstance(value, (list, tuple)):
        return None
    leaves = list(_leaves(value))
    if any(_kind(leaf) not in _KINDS for leaf in leaves):
        return None
    if len({_kind(leaf) == "b" for leaf in leaves}) > 1:  # True among numbers is a mistake, not a 1
        return None
    return _array(value)


def why_not(value):
    """Return the reason why a list is not an array, or an empty text for all other values."""
    if not isinstance(value, (list, tuple)) or numbers(value) is not None:
        return ""
    for leaf in _leaves(value):
        if leaf is None:
            return "it holds None"
        if isinstance(leaf, str):
            return "it holds text"
        if _kind(leaf) not in _KINDS:
            return f"it holds {getattr(leaf, 'noun', f'an object of type {type(leaf).__name__}')}"
    if len({_kind(leaf) == "b" for leaf in _leaves(value)}) > 1:
        return "it holds both truth values and numbers"
    return "its rows have different lengths"


def _array(value):
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # rows of different lengths; an integer of more than 64 bits
        return None
    return array if array.dtype.kind in _KINDS else None


def _leaves(value):
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _is_table(value):
    """Tell whether a tuple contains only tuples of numbers, and not rows of integers beside rows of floats."""
    rows = isinstance(value, tuple) and value and all(isinstance(row, tuple) for row in value)
    if not rows or not all(np.ndim(leaf) == 0 and _kind(leaf) in _KINDS for leaf in _leaves(value)):
        return False
    return len({frozenset(map(_kind, _leaves(row))) for row in value if row}) < 2


def _kind(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind
    if isinstance(value, bool):
        return "b"
    return {int: "i", float: "f"}.get(type(value), "O")
