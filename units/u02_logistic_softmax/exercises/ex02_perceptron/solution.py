"""The perceptron, and Novikoff's bound on its mistakes."""

import numpy as np


def fit(x, y, rounds):
    """Learn from mistakes, sample by sample, until a round has none.

    Args:
        x: samples, shape (batch, features).
        y: labels −1 or +1, shape (batch,).
        rounds: how many rounds at most.

    Returns:
        ``(w, mistakes)``: the weights of shape (features,), and an integer.
    """
    w, mistakes = np.zeros(x.shape[1]), 0
    for _ in range(rounds):
        clean = True
        for xi, yi in zip(x, y, strict=True):
            if yi * (w @ xi) <= 0:
                # w ← w + y_i x_i
                w = w + yi * xi
                mistakes += 1
                clean = False
        if clean:
            break
    return w, mistakes


def mistake_bound(x, y, w):
    """(R/γ)², from weights that separate the samples.

    Args:
        x: samples, shape (batch, features).
        y: labels −1 or +1, shape (batch,).
        w: weights, shape (features,).

    Returns:
        A number.

    Raises:
        ValueError: ``w`` does not separate the samples.
    """
    margins = y * (x @ w)
    if np.min(margins) <= 0:
        raise ValueError("w does not separate the samples, so there is no bound.")
    gamma = np.min(margins) / np.linalg.norm(w)
    R = np.max(np.linalg.norm(x, axis=1))
    return (R / gamma) ** 2
