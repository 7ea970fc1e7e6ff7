"""Three classes around a fourth: a softmax divides the plane into convex regions, one of them a triangle."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive, scatter


def four_classes(n=400, noise=0.6, seed=0):
    """Draw points of four Gaussian classes: class 0 at the origin, 1 to 3 around it at distance 2.5.

    Args:
        n: number of points, equally many of each class.
        noise: standard deviation of the Gaussian noise on both coordinates.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (batch, 2) and ``y`` int64 (batch,).
    """
    positive(n=n)
    not_negative(noise=noise)
    rng = np.random.default_rng(seed)
    y = labels(n, 4, rng)
    angle = np.pi / 2 + 2 * np.pi * (y - 1) / 3
    x = np.where(y > 0, 2.5, 0.0)[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return {"x": scatter(x, noise, rng), "y": y}
