"""Interleaved spiral arms: hard for a few features, easy for a deep network."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive, scatter


def spirals(n=400, classes=2, turns=1.0, noise=0.05, seed=0):
    """Draw points near the arms of an Archimedean spiral.

        class k: r (cos φ, sin φ),    φ = 2π (turns · r + k/K),    r uniform in [0.1, 1]

    Args:
        n: number of points, equally many of each class.
        classes: K, the number of arms.
        turns: how often an arm winds round the origin.
        noise: standard deviation of the Gaussian noise on both coordinates.
        seed: of the random numbers.

    Returns:
        ``x`` float64 (batch, 2) and ``y`` int64 (batch,).
    """
    positive(n=n, classes=classes)
    not_negative(noise=noise, turns=turns)
    rng = np.random.default_rng(seed)
    y = labels(n, classes, rng)
    r = rng.uniform(0.1, 1, size=n)
    angle = 2 * np.pi * (turns * r + y / classes)
    x = r[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return {"x": scatter(x, noise, rng), "y": y}
