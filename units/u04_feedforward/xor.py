"""Exclusive or: no line separates its classes, a network with two hidden units does (§5.1)."""

import numpy as np

from course.validation import binary_labels, features
from units.u04_feedforward.network import Layer

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "float32")
XOR = np.array([0, 1, 1, 0], "int32")


def certificate_against_lines(x, y):
    """A vector that proves, if it is 0, that no line separates the classes.

    Suppose s_i (w·x_i + b) > 0 for all samples, with s_i = ±1 for the class. The sum over all of them is then
    positive. But it is w·(∑ s_i x_i) + b ∑ s_i, and 0 for every w and b if the vector (∑ s_i x_i, ∑ s_i) is 0.

    Args:
        x: samples, shape (batch, features).
        y: classes 0 or 1, shape (batch,) or (batch, 1).

    Returns:
        The vector (∑ s_i x_i, ∑ s_i), of length features + 1. If it is 0, there is no such line (or hyperplane). If it
        is not 0, there may or may not be one.

    Raises:
        ValueError: a label is not 0 or 1, or there is not one for each sample.
    """
    x = features(x).astype("float64")
    y = binary_labels(y, rows=len(x))
    signs = 2.0 * y - 1
    # (∑ s_i x_i, ∑ s_i)
    return signs @ np.column_stack([x, np.ones(len(x))])


def xor_network():
    """Given weights of a network with two hidden ReLUs that is XOR at the corners.

    f(x) = max(0, x_1 + x_2) − 2 max(0, x_1 + x_2 − 1)

    The hidden layer maps (0, 1) and (1, 0) to the same point (1, 0); then a line separates the classes.

    Returns:
        Two ``Layer``s, for inputs (batch, 2); the output is 0 or 1 at the corners.

    References: §5.1; Goodfellow, Bengio, Courville, "Deep Learning", §6.1, has the same hidden layer.
    """
    # max(0, x_1 + x_2),   max(0, x_1 + x_2 − 1)
    hidden = Layer(np.ones((2, 2), "float32"), np.array([0.0, -1.0], "float32"), "relu")
    return [hidden, Layer(np.array([[1.0, -2.0]], "float32"), np.zeros(1, "float32"), None)]
