"""Pooling on a circle, with a blur before the stride."""

import numpy as np


def blur_filter(uses, s):
    """The mean of s neighbours, used several times.

    Args:
        uses: how often the mean is used, at least 0.
        s: the stride.

    Returns:
        An array of shape (uses · (s − 1) + 1,) with sum 1.
    """
    w = np.ones(1)
    for _ in range(uses):
        longer = np.zeros(len(w) + s - 1)
        for u in range(s):
            longer[u : u + len(w)] += w / s
        w = longer
    return w


def blur_pool(x, uses, s):
    """Blur, and keep every s-th position.

    z_i = ∑_u w_u x_{(s i + u − h) mod n},   h = ⌊(k − 1) / 2⌋

    Args:
        x: signals, shape (batch, n, channels), n divisible by s.
        uses: how often the mean of s neighbours is used.
        s: the stride.

    Returns:
        z, shape (batch, n / s, channels).
    """
    w = blur_filter(uses, s)
    h = (len(w) - 1) // 2
    blurred = sum(w[u] * np.roll(x, h - u, axis=1) for u in range(len(w)))
    return blurred[:, ::s]


def max_blur_pool(x, width, uses, s):
    """The largest of ``width`` neighbours at every position, then ``blur_pool``.

    Args:
        x: signals, shape (batch, n, channels).
        width: size of the window of the maximum.
        uses, s: as in ``blur_pool``.

    Returns:
        Shape (batch, n / s, channels).
    """
    largest = np.max([np.roll(x, -u, axis=1) for u in range(width)], axis=0)
    return blur_pool(largest, uses, s)


def aliases(f, n, s):
    """The frequencies that cannot be told apart from f at every s-th position.

    Args:
        f: a frequency, 0, …, n − 1.
        n: number of positions, divisible by s.
        s: the stride.

    Returns:
        A sorted list of ints; f is one of them.
    """
    return list(range(f % (n // s), n, n // s))


def spread(x, uses, s):
    """How much the mean of the output depends on a shift of the input.

    Args:
        x: signals, shape (batch, n, channels).
        uses, s: as in ``blur_pool``.

    Returns:
        The largest mean minus the smallest one over the shifts 0, …, s − 1, shape (batch, channels).
    """
    means = [blur_pool(np.roll(x, t, axis=1), uses, s).mean(axis=1) for t in range(s)]
    return np.max(means, axis=0) - np.min(means, axis=0)
