"""Losses of a classifier as functions of the margin (§3.2).

With labels y ∈ {−1, +1} and a score z = wᵀx + b the margin m = y z says how right the classifier is:
negative on the wrong side of the boundary. The 0–1 loss counts, but has no slope to follow; hinge, logistic
and squared loss are upper bounds of it that have one.
"""

import math

from keras import ops

from course.validation import floats
from units.u02_logistic_softmax.sigmoid import softplus


def zero_one_loss(m):
    """What counts in the end, with a slope of 0 nearly everywhere: 1 if m ≤ 0, else 0."""
    m = floats(m)
    return ops.where(m > 0, ops.zeros_like(m), ops.where(m <= 0, ops.ones_like(m), m))  # NaN stays NaN


def perceptron_loss(m):
    """What the perceptron follows: max(0, −m). No upper bound of the 0–1 loss, and content with no margin."""
    return ops.relu(-floats(m))


def hinge_loss(m):
    """What the support vector machine follows: max(0, 1 − m). It is 0 once the margin is 1."""
    return ops.relu(1 - floats(m))


def logistic_loss(m):
    """The cross-entropy in bits: log₂(1 + e^{−m}). It is 1 at m = 0, and never quite 0."""
    return softplus(-floats(m)) / math.log(2)


def squared_margin_loss(m):
    """Least squares on the labels: (y − z)² = (1 − m)². It punishes being right by too much."""
    return ops.square(1 - floats(m))
