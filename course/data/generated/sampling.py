"""Functions that all generators use: checked sizes, equal classes in random order, Gaussian noise."""

import numpy as np

from course.data.errors import DataError


def positive(**sizes):
    """Raise an error for sizes that are not whole numbers of at least 1."""
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise DataError(f"{name} must be a whole number of at least 1, not {value!r}.")


def not_negative(**amounts):
    """Raise an error for amounts that are negative or not numbers."""
    for name, value in amounts.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float, np.number))
            or not 0 <= value < np.inf
        ):
            raise DataError(f"{name} must be a number of at least 0, not {value!r}.")


def labels(n, classes, rng):
    """Return n class codes in random order, every class as often as the others (or once more)."""
    return rng.permutation(np.arange(n) % classes)


def scatter(points, noise, rng):
    """Add Gaussian noise of standard deviation ``noise`` to every coordinate."""
    return points + noise * rng.normal(size=points.shape)
