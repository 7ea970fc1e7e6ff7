"""Losses of a classifier as functions of the margin (§3.2).

With labels y ∈ {−1, +1} and a score z = wᵀx + b the margin m = y z is positive if the classifier is right. The 0–1
loss counts the errors, but its derivative is 0; hinge, logistic and squared loss are upper bounds of it with a
useful derivative.
"""

import math

from keras import ops

from course.validation import floats
from units.u02_logistic_softmax.sigmoid import softplus


def zero_one_loss(m):
    """1 if m ≤ 0, else 0: its mean is the error rate. Its derivative is 0 for every m ≠ 0."""
    m = floats(m)
    return ops.where(m > 0, ops.zeros_like(m), ops.where(m <= 0, ops.ones_like(m), m))  # NaN stays NaN


def perceptron_loss(m):
    """max(0, −m), the loss of the perceptron. It is no upper bound of the 0–1 loss and does not ask for a margin."""
    return ops.relu(-floats(m))


def hinge_loss(m):
    """max(0, 1 − m), the loss of the support vector machine. It is 0 for margins from 1 on."""
    return ops.relu(1 - floats(m))


def logistic_loss(m):
    """log₂(1 + e^{−m}), the cross-entropy in bits. It is 1 at m = 0 and positive for every m."""
    return softplus(-floats(m)) / math.log(2)


def squared_margin_loss(m):
    """(1 − m)² = (y − z)², least squares on the labels. It also penalizes margins above 1."""
    return ops.square(1 - floats(m))
