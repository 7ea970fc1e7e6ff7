"""Expected improvement: what one more evaluation is worth, under a normal prediction of its result."""

import numpy as np
from scipy.special import erfcx, ndtr

SQRT2, SQRT2PI = np.sqrt(2.0), np.sqrt(2 * np.pi)


def expected_improvement(mean, std, best, xi=0.0):
    """The expected amount by which a normal value falls below the best one so far.

    EI = E max(c − ξ − F, 0) = σ (ζ Φ(ζ) + φ(ζ)),   ζ = (c − ξ − μ)/σ,   F ~ N(μ, σ²);   max(c − ξ − μ, 0) if σ = 0

    Args:
        mean: μ, shape (batch,), any shape.
        std: σ ≥ 0, of the same shape.
        best: c, the lowest cost so far.
        xi: ξ ≥ 0, the least improvement that counts.

    Returns:
        EI ≥ 0, an array of the shape of the mean.

    Raises:
        ValueError: a standard deviation is negative, or the shapes differ.

    Example:
    >>> expected_improvement([0.0, 1.0], [1.0, 0.0], best=0.0).round(4)
    array([0.3989, 0.    ])

    References: Jones, Schonlau and Welch, Efficient global optimization of expensive black-box functions, J. Global
        Optimization 13 (1998).
    """
    mean, std = np.asarray(mean, "float64"), np.asarray(std, "float64")
    if mean.shape != std.shape or not (std >= 0).all():
        raise ValueError(
            f"mean and std need the same shape and std ≥ 0, got the shapes {mean.shape} and {std.shape}."
        )
    # c − ξ − μ
    gap = best - xi - mean
    z = gap / np.where(std > 0, std, 1.0)
    # EI = σ (ζ Φ(ζ) + φ(ζ))
    return np.where(std > 0, std * improvement_in_deviations(z), np.maximum(gap, 0.0))


def improvement_in_deviations(z):
    """ζ Φ(ζ) + φ(ζ), without cancellation for ζ far below 0.

    ζ Φ(ζ) + φ(ζ) = φ(ζ) (1 + ζ Φ(ζ)/φ(ζ)),   Φ(ζ)/φ(ζ) = √(π/2) erfcx(−ζ/√2)
    """
    z = np.asarray(z, "float64")
    density = np.exp(-0.5 * z**2) / SQRT2PI
    below = density * np.maximum(1 + z * (SQRT2PI / 2) * erfcx(-np.minimum(z, 0.0) / SQRT2), 0.0)
    return np.where(z < 0, below, z * ndtr(z) + density)


def probability_of_improvement(mean, std, best, xi=0.0):
    """Φ((c − ξ − μ)/σ): how likely a value falls below c − ξ; for comparison, as it ignores by how much."""
    mean, std = np.asarray(mean, "float64"), np.asarray(std, "float64")
    gap = best - xi - mean
    return np.where(std > 0, ndtr(gap / np.where(std > 0, std, 1.0)), gap > 0)
