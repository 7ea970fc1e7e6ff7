"""The perceptron, and Novikoff's bound on its mistakes."""

import numpy as np  # noqa: F401


def fit(x, y, rounds):
    """Learn from mistakes, sample by sample, until a round has none.

    Args:
        x: samples, of shape (batch, features).
        y: labels −1 or +1, of shape (batch,).
        rounds: how many rounds at most.

    Returns:
        ``(w, mistakes)``: the weights of shape (features,), and an integer.
    """
    raise NotImplementedError


def mistake_bound(x, y, w):
    """(R/γ)², from weights that separate the samples.

    Args:
        x: samples, of shape (batch, features).
        y: labels −1 or +1, of shape (batch,).
        w: weights, of shape (features,).

    Returns:
        A number.

    Raises:
        ValueError: ``w`` does not separate the samples.
    """
    raise NotImplementedError
