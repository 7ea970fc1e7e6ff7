"""Two interleaved half circles, which no line separates."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive, scatter


def moons(n=400, noise=0.2, seed=0):
    """Draw points near two half circles.

        class 0: (cos t, sin t),    class 1: (1 - cos t, 1/2 - sin t),    t uniform in [0, π]

    Args:
        n: number of points, as many of either class.
        noise: standard deviation of the Gaussian noise on both coordinates.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (batch, 2) and ``y`` int64 (batch,).
    """
    positive(n=n)
    not_negative(noise=noise)
    rng = np.random.default_rng(seed)
    y = labels(n, 2, rng)
    t = rng.uniform(0, np.pi, size=n)
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], axis=1)
    x = np.where(y[:, np.newaxis] == 0, upper, lower)
    return {"x": scatter(x, noise, rng), "y": y}
