"""Round Gaussian clouds in the plane."""

import numpy as np

from course.data.generated.sampling import labels, not_negative, positive, scatter


def blobs(n=300, classes=3, noise=0.6, radius=2.0, seed=0):
    """Draw points of k Gaussian classes whose means lie evenly on a circle.

        x | y = k  ~  N(μ_k, σ² I),    μ_k = r (cos 2πk/K, sin 2πk/K)

    Args:
        n: number of points, equally many of each class.
        classes: K.
        noise: σ, the standard deviation.
        radius: r, the distance of the means from the origin.
        seed: of the random numbers; the means do not depend on it.

    Returns:
        ``x`` float64 (batch, 2) and ``y`` int64 (batch,).
    """
    positive(n=n, classes=classes)
    not_negative(noise=noise, radius=radius)
    rng = np.random.default_rng(seed)
    y = labels(n, classes, rng)
    angle = 2 * np.pi * y / classes
    x = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return {"x": scatter(x, noise, rng), "y": y}
