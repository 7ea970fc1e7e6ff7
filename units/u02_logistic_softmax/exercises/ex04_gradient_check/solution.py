"""Log-odds, the loss of the sigmoid model, and its gradient twice."""

import numpy as np


def log_odds(p):
    """The logit of probabilities.

    Args:
        p: probabilities in (0, 1), of any shape.

    Returns:
        An array of the shape of ``p``.
    """
    return np.log(p) - np.log1p(-p)


def odds_ratio(theta, j, delta):
    """By what factor the odds grow when feature j grows by delta.

    Args:
        theta: (w, b), shape (features + 1,).
        j: index of the feature, from 0.
        delta: how much it grows.

    Returns:
        A number.
    """
    # odds = e^z and z grows by w_j δ
    return np.exp(theta[j] * delta)


def loss(theta, x, y):
    """The mean binary cross-entropy C(θ).

    Args:
        theta: (w, b), shape (features + 1,).
        x: samples, shape (batch, features).
        y: labels 0 or 1, shape (batch,).

    Returns:
        A number.
    """
    z = x @ theta[:-1] + theta[-1]
    # C_i = log(1 + e^z) − y z
    return np.mean(np.logaddexp(0, z) - y * z)


def gradient(theta, x, y):
    """∇C(θ), by the formula.

    Args:
        theta: (w, b), shape (features + 1,).
        x: samples, shape (batch, features).
        y: labels 0 or 1, shape (batch,).

    Returns:
        An array of shape (features + 1,).
    """
    z = x @ theta[:-1] + theta[-1]
    error = np.exp(-np.logaddexp(0, -z)) - y  # ŷ − y
    return np.append(error @ x, error.sum()) / len(y)


def numerical_gradient(theta, x, y, h):
    """∇C(θ), by central differences with the step h.

    Args:
        theta: (w, b), shape (features + 1,).
        x: samples, shape (batch, features).
        y: labels 0 or 1, shape (batch,).
        h: the step.

    Returns:
        An array of shape (features + 1,).
    """
    result = np.zeros(theta.shape)
    for j in range(len(theta)):
        e = np.zeros(theta.shape)
        e[j] = h
        result[j] = (loss(theta + e, x, y) - loss(theta - e, x, y)) / (2 * h)
    return result
