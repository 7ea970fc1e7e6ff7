"""The weighted mean of a batch's losses, for training steps of one's own, and steps that have no weights."""

import keras
from keras import ops

from course.validation import targets


def weighted_mean(losses, sample_weight=None):
    """The cost of a batch, as Keras weights it.

    C = (1/n) ∑_i w_i C_i,   and w_i = 1 without weights

    The sum is divided by the number of samples, not by the sum of the weights. ``fit(sample_weight=…)`` brings the
    weights, and ``fit(class_weight=…)`` makes them from the labels; a step receives both as the third part of its data:

    >>> losses, sample_weight = ops.array([1.0, 2.0, 6.0]), [1.0, 1.0, 0.0]
    >>> float(weighted_mean(losses, sample_weight))  # the sum is divided by the number of samples
    1.0

    Args:
        losses: C_i, shape (batch,).
        sample_weight: w_i, shape (batch,) or (batch, 1), or None. Another shape raises a ValueError.
    """
    if sample_weight is None:
        return ops.mean(losses)
    return ops.mean(losses * targets(sample_weight, losses, name="sample_weight"))


def unweighted(data):
    """x and y of a step whose cost has no weights; y is None without targets. Weights raise a ValueError."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError("The cost of this model has no weights: leave sample_weight and class_weight out.")
    return x, y
