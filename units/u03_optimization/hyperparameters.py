"""Checks of hyperparameters: each error message says which values are possible (§4.3)."""

from numbers import Integral, Real

import numpy as np


def check_share(name, value):
    """Return ``value`` if it is a number in [0, 1), such as a momentum or a forgetting factor.

    Args:
        name: of the argument, for the message.
        value: what was given.

    Raises:
        ValueError: it is not in [0, 1).
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < 1:
        raise ValueError(f"{name} must be a number in [0, 1), not {value!r}.")
    return float(value)


def check_size(name, value):
    """Return ``value`` if it is a whole number > 0, such as the number of features.

    Args:
        name: of the argument, for the message.
        value: what was given.

    Raises:
        ValueError: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be a positive whole number, not {value!r}.")
    return int(value)


def check_sizes(name, values):
    """Return a list of whole numbers > 0, such as the widths of hidden layers.

    Args:
        name: of the argument, for the message.
        values: what was given.

    Raises:
        ValueError: it is one number instead of a list, or an entry is no whole number > 0.
    """
    if np.ndim(values) != 1 or isinstance(values, (set, dict)):
        raise ValueError(f"{name} must be a list of whole numbers, such as [64, 32], not {values!r}.")
    return [check_size(f"an entry of {name}", value) for value in values]


def check_positive(name, value, zero=False):
    """Return ``value`` if it is a finite number > 0 (or ≥ 0 with ``zero``).

    Args:
        name: of the argument, for the message.
        value: what was given.
        zero: whether 0 is possible.

    Raises:
        ValueError: it is not.
    """
    possible = not isinstance(value, bool) and isinstance(value, Real) and 0 <= value < float("inf")
    if not possible or (value == 0 and not zero):
        raise ValueError(f"{name} must be a number {'≥' if zero else '>'} 0, not {value!r}.")
    return float(value)
