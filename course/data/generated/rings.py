"""Rings around one another: no line separates them, the squared radius does."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive, scatter


def rings(n=400, classes=2, noise=0.15, seed=0):
    """Draw points near concentric circles; class k has radius k + 1.

    Args:
        n: number of points, equally many of each class.
        classes: number of circles.
        noise: standard deviation of the Gaussian noise on both coordinates.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (batch, 2) and ``y`` int64 (batch,).
    """
    positive(n=n, classes=classes)
    not_negative(noise=noise)
    rng = np.random.default_rng(seed)
    y = labels(n, classes, rng)
    angle = rng.uniform(0, 2 * np.pi, size=n)
    x = (y + 1)[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return {"x": scatter(x, noise, rng), "y": y}
