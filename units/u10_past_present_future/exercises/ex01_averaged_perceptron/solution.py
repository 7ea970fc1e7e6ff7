"""The perceptron for several classes, one sample at a time, with averaged weights."""

import numpy as np


def rival(W, x, y):
    """The wrong class with the largest score; of several the one with the smallest number.

    Args:
        W: one column for each class, shape (features, classes).
        x: one sample, shape (features,).
        y: its class.

    Returns:
        The number of the class.
    """
    z = x @ W
    z[y] = -np.inf
    return int(np.argmax(z))


def step(W, x, y):
    """The weights after one sample. A mistake is a rival whose score is at least that of the right class.

    w_y ← w_y + x,   w_k ← w_k − x   for the rival k, if z_k ≥ z_y

    Args:
        W: shape (features, classes); it is not changed.
        x: shape (features,).
        y: the class of x.

    Returns:
        The new weights, shape (features, classes).
    """
    k = rival(W, x, y)
    new = W.copy()
    if x @ W[:, k] >= x @ W[:, y]:
        new[:, y] += x
        new[:, k] -= x
    return new


def averaged(x, y, classes, rounds):
    """Visit the samples in their order, ``rounds`` times, from weights of 0.

    Args:
        x: shape (batch, features).
        y: shape (batch,).
        classes: number of classes.
        rounds: how often each sample is visited.

    Returns:
        Array of shape (2, features, classes): the last weights, and the mean of the weights after each visit.
    """
    W = np.zeros((x.shape[1], classes))
    total = np.zeros_like(W)
    for _ in range(rounds):
        for sample, label in zip(x, y, strict=True):
            W = step(W, sample, label)
            total += W
    return np.stack([W, total / (rounds * len(x))])


def mistakes_of_each_round(x, y, classes, rounds):
    """How many visits of each round changed the weights.

    Args:
        x, y, classes, rounds: as for ``averaged``.

    Returns:
        Array of shape (rounds,).
    """
    W, counts = np.zeros((x.shape[1], classes)), np.zeros(rounds)
    for i in range(rounds):
        for sample, label in zip(x, y, strict=True):
            new = step(W, sample, label)
            counts[i] += np.any(new != W)
            W = new
    return counts
