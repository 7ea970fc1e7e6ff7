"""Flow matching without a network: for a finite set of data points velocity and score are known exactly."""

import numpy as np


def mean_point(x, t, points):
    """The mean of the data points whose lines pass through x at time t.

    Args:
        x: shape (batch, features).
        t: a time in (0, 1].
        points: the data, all equally likely, shape (points, features).

    Returns:
        Shape (batch, features).
    """
    squares = np.sum((x[:, None] - (1 - t) * points[None]) ** 2, axis=-1)
    logits = -squares / (2 * t**2)
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return weights @ points


def velocity(x, t, points):
    """The mean velocity dx/dt of the lines that pass through x at time t; arguments as in ``mean_point``."""
    return (x - mean_point(x, t, points)) / t


def score(x, t, points):
    """∇ log p_t(x), where p_t is the density of x_t; arguments as in ``mean_point``."""
    return -(x - (1 - t) * mean_point(x, t, points)) / t**2


def heun(x, times, points):
    """All places of Heun's method along the falling times, from noise to data.

    Args:
        x: the start, shape (batch, features).
        times: falling, all in (0, 1], shape (steps + 1,).
        points: shape (points, features).

    Returns:
        Places, shape (steps + 1, batch, features), the start included.
    """
    places = [x]
    for i in range(len(times) - 1):
        h = times[i] - times[i + 1]
        first = velocity(x, times[i], points)
        second = velocity(x - h * first, times[i + 1], points)
        x = x - h * (first + second) / 2
        places.append(x)
    return np.stack(places)


def guided(x, t, points, labels, label, omega):
    """The velocity with classifier-free guidance towards a class.

    Args:
        x, t, points: as in ``mean_point``.
        labels: class of each point, shape (points,).
        label: the class that is asked for.
        omega: ω.

    Returns:
        Shape (batch, features).
    """
    told = velocity(x, t, points[labels == label])
    untold = velocity(x, t, points)
    return (1 - omega) * untold + omega * told
