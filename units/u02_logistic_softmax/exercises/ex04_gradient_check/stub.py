"""Log-odds, the loss of the sigmoid model, and its gradient twice."""

import numpy as np  # noqa: F401


def log_odds(p):
    """The logit of probabilities.

    Args:
        p: probabilities in (0, 1), of any shape.

    Returns:
        An array of the shape of ``p``.
    """
    raise NotImplementedError


def odds_ratio(theta, j, delta):
    """By what factor the odds grow when feature j grows by delta.

    Args:
        theta: (w, b), of shape (features + 1,).
        j: index of the feature, from 0.
        delta: how much it grows.

    Returns:
        A number.
    """
    raise NotImplementedError


def loss(theta, x, y):
    """The mean binary cross-entropy C(θ).

    Args:
        theta: (w, b), of shape (features + 1,).
        x: samples, of shape (batch, features).
        y: labels 0 or 1, of shape (batch,).

    Returns:
        A number.
    """
    raise NotImplementedError


def gradient(theta, x, y):
    """∇C(θ), by the formula.

    Args:
        theta: (w, b), of shape (features + 1,).
        x: samples, of shape (batch, features).
        y: labels 0 or 1, of shape (batch,).

    Returns:
        An array of shape (features + 1,).
    """
    raise NotImplementedError


def numerical_gradient(theta, x, y, h):
    """∇C(θ), by central differences with the step h.

    Args:
        theta: (w, b), of shape (features + 1,).
        x: samples, of shape (batch, features).
        y: labels 0 or 1, of shape (batch,).
        h: the step.

    Returns:
        An array of shape (features + 1,).
    """
    raise NotImplementedError
