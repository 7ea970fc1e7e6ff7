"""A value decides, not its wrapping: lists and tuples of numbers, and of rows of numbers, are arrays.

`plain` is applied to what a candidate's function returns, so that a check may compute with it; `numbers` is what the
statements of a check ask for. Neither ever guesses: rows of different lengths, texts, and objects stay what they are,
and `why_not` says in words what is wrong with them.
"""

import numpy as np

_KINDS = "biufc"  # bool, integers, floats, complex


def plain(value):
    """Return what a candidate's function returned, with arrays in the place of lists of numbers or of equal rows.

    A tuple is usually several results: it stays a tuple, unless it holds rows of plain numbers that are tuples too.
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) or _is_table(value):
        array = numbers(value)
        return [plain(item) for item in value] if array is None else array
    return tuple(map(plain, value)) if isinstance(value, tuple) else value


def numbers(value):
    """Return a value as an array of numbers, or None where it is none."""
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
    """Return half a sentence about a list that is no array, or an empty text where there is nothing to say."""
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
    """Tell whether a tuple holds tuples of single numbers, and nothing else."""
    rows = isinstance(value, tuple) and value and all(isinstance(row, tuple) for row in value)
    return rows and all(np.ndim(leaf) == 0 and _kind(leaf) in _KINDS for leaf in _leaves(value))


def _kind(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind
    if isinstance(value, bool):
        return "b"
    return {int: "i", float: "f"}.get(type(value), "O")
