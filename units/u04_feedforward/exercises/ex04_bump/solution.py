"""Networks with given weights."""

import numpy as np


def bump(left, right, height, steepness):
    """A hidden layer of two sigmoids that makes a bump.

    f(x) = h (σ_Sig(ω (x − l)) − σ_Sig(ω (x − r))) = b2 + W2 σ_Sig(W1 x + b1)

    Args:
        left: l, where the bump begins.
        right: r > l, where it ends.
        height: h.
        steepness: ω > 0, the slope of both sigmoids' arguments.

    Returns:
        ``(W1, b1, W2, b2)`` of shapes (2, 1), (2,), (1, 2), (1,).
    """
    W1 = np.array([[steepness], [steepness]], "float64")
    b1 = -steepness * np.array([left, right], "float64")
    W2 = np.array([[height, -height]], "float64")
    return W1, b1, W2, np.zeros(1)


def interpolant(knots, values):
    """A hidden layer of N ReLUs that interpolates N + 1 points linearly.

    f(x) = b2 + W2 max(0, W1 x + b1),   f(t_i) = y_i for i = 0, …, N,   and f(x) = y_0 for x < t_0

    Args:
        knots: t_0 < … < t_N, a one-dimensional array; not equally spaced.
        values: y_0, …, y_N.

    Returns:
        ``(W1, b1, W2, b2)`` of shapes (N, 1), (N,), ``(1, N)``, (1,); W1 is all ones.
    """
    slopes = np.diff(values) / np.diff(knots)
    turns = np.concatenate([slopes[:1], np.diff(slopes)])
    return np.ones((len(slopes), 1)), -knots[:-1], turns[None, :], np.array([values[0]])
