"""A ring of Gaussians: points whose distribution is known, so that samples can be judged without a network (§8.3)."""

import numpy as np

from course.validation import features

MODES, RADIUS, DEVIATION = 8, 1.0, 0.05


def ring_centers(modes=MODES, radius=RADIUS):
    """The centers of the modes, shape (modes, 2): mode k lies at the angle 2 π k / modes."""
    angles = 2 * np.pi * np.arange(modes) / modes
    return radius * np.column_stack([np.cos(angles), np.sin(angles)])


def gaussian_ring(size, seed=0, modes=MODES, radius=RADIUS, deviation=DEVIATION):
    """Draw points from p(x) = (1/modes) ∑_k N(x; μ_k, σ² I).

    Args:
        size: number of points.
        seed: of the draws.
        modes, radius, deviation: how many Gaussians, how far their centers μ_k are from 0, and σ.

    Returns:
        Points x, float32 (size, 2), and the number y of the Gaussian that each came from, int32 (size,).

    Raises:
        ValueError: there would be no point or no mode, or σ is not positive.
    """
    if size < 1 or modes < 1 or deviation <= 0:
        raise ValueError(
            f"A ring has at least one point, one mode and a positive deviation, not {size}, {modes}, {deviation}."
        )
    rng = np.random.default_rng(seed)
    y = rng.integers(modes, size=size)
    x = ring_centers(modes, radius)[y] + deviation * rng.normal(size=(size, 2))
    return x.astype("float32"), y.astype("int32")


def ring_log_density(points, modes=MODES, radius=RADIUS, deviation=DEVIATION):
    """The logarithm of the density of ``gaussian_ring`` at points, shape (batch,)."""
    squares = _distances(points, modes, radius) ** 2 / deviation**2
    exponents = -squares / 2 - np.log(2 * np.pi * deviation**2 * modes)
    # log ∑_k exp(·), with the largest exponent taken out
    largest = exponents.max(axis=1)
    return largest + np.log(np.exp(exponents - largest[:, None]).sum(axis=1))


def high_quality_share(points, modes=MODES, radius=RADIUS, deviation=DEVIATION, within=3.0):
    """The share of points that are at most ``within`` deviations from the nearest center.

    Of the ring's own points it is 1 − exp(−within²/2), for the squared distance from the center of a Gaussian in the
    plane is exponentially distributed: 0.989 for 3 deviations.

    References: Srivastava et al., "VEEGAN" (2017), which also counts the modes.
    """
    return float(np.mean(_distances(points, modes, radius).min(axis=1) <= within * deviation))


def modes_caught(points, modes=MODES, radius=RADIUS, deviation=DEVIATION, within=3.0, least=0.1):
    """The number of modes that get enough points of high quality.

    A mode is caught if at least ``least`` times its fair share, 1/modes of all points, are of high quality and nearest
    to its center. One point in ten thousand would be no mode.
    """
    distances = _distances(points, modes, radius)
    good = distances.min(axis=1) <= within * deviation
    counts = np.bincount(distances.argmin(axis=1)[good], minlength=modes)
    return int(np.sum(counts >= least * len(distances) / modes))


def _distances(x, modes, radius):
    """From each point to each center, shape (batch, modes)."""
    x = features(x, columns=2)
    return np.linalg.norm(x[:, None] - ring_centers(modes, radius)[None], axis=-1)
