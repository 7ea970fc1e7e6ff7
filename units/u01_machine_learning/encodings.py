"""Categories as numbers: one-hot for nominal ones, codes for ordinal ones (§2.1)."""

import numpy as np
from keras import ops

import course
from course.validation import class_labels


def categories(values):
    """List the distinct categories in alphabetical order.

    Example:
        >>> categories(["red", "blue", "red"])
        ['blue', 'red']
    """
    return sorted({str(value) for value in values})


def codes(values, order):
    """Number categories by their place in a given order.

    order = (v_0 < v_1 < … < v_{K−1}):   v_k ↦ k

    For *ordinal* categories: the order of the numbers is the order of the categories. The code also
    assumes that all steps have equal size.

    Args:
        values: categories, length ``batch``.
        order: the K different categories from the lowest to the highest.

    Returns:
        int32 codes, NumPy, shape (batch,).

    Raises:
        ValueError: if the order names a category twice, or a value is not in it.

    Example:
        >>> codes(["medium", "low", "high"], order=["low", "medium", "high"])
        array([1, 0, 2], dtype=int32)
    """
    place = {str(category): k for k, category in enumerate(order)}
    if len(place) != len(list(order)):
        raise ValueError("The order names a category twice.")
    unknown = sorted({str(value) for value in values} - set(place))
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not one of the categories {', '.join(place)}.")
    return np.array([place[str(value)] for value in values], dtype="int32")


def one_hot(y, classes):
    """Give every category an axis of its own.

    (e_y)_k = 1 if k = y, otherwise 0:   any two categories are at the same distance √2

    For *nominal* categories: no order and no distance is invented.

    Args:
        y: codes 0, …, K − 1, shape (batch,) or (batch, 1).
        classes: K, the number of categories.

    Returns:
        float32, shape (batch, classes).

    Raises:
        ValueError: if a code is not one of 0, …, K − 1.

    Example:
        >>> print(ops.convert_to_numpy(one_hot([2, 0], 3)))
        [[0. 0. 1.]
         [1. 0. 0.]]
    """
    y = class_labels(y, classes, some=False)
    return _one_hot(y, classes)


@course.fused(static=("classes",))
def _one_hot(y, classes):
    # (e_y)_k = 1 if k = y, otherwise 0
    return ops.cast(ops.equal(y[:, None], ops.arange(classes, dtype="int32")), "float32")


@course.fused
def largest(scores):
    """The class with the largest score, and the smallest such class where several have it.

    ŷ = argmax_k s_k

    Args:
        scores: s, a tensor of shape (batch, classes).

    Returns:
        int32, shape (batch,).
    """
    # ŷ = argmax_k s_k
    return ops.cast(ops.argmax(scores, axis=1), "int32")
