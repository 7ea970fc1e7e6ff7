"""Kernels of a Gaussian process: how alike the values at two points are (RBF, Matérn)."""

from dataclasses import dataclass

import numpy as np

from course.validation import features

# g(d) with g(0) = 1, and −2 g'(d²) as a function of d, by the smoothness ν; ν = ∞ is the RBF kernel.
SHAPES = {
    0.5: (lambda d: np.exp(-d), lambda d: np.exp(-d) / np.maximum(d, 1e-150)),
    1.5: (lambda d: (1 + 3**0.5 * d) * np.exp(-(3**0.5) * d), lambda d: 3 * np.exp(-(3**0.5) * d)),
    2.5: (
        lambda d: (1 + 5**0.5 * d + 5 / 3 * d**2) * np.exp(-(5**0.5) * d),
        lambda d: 5 / 3 * (1 + 5**0.5 * d) * np.exp(-(5**0.5) * d),
    ),
    np.inf: (lambda d: np.exp(-0.5 * d**2), lambda d: np.exp(-0.5 * d**2)),
}


@dataclass(frozen=True, eq=False)
class Kernel:
    """The covariance k(x, x') of the values of a random function at two points.

    k(x, x') = k_0 g(d),   d² = ∑_j (x_j − x'_j)² / ℓ_j²

    | ν | g(d) | the random functions are |
    | --- | --- | --- |
    | 1/2 | e^(−d) | continuous |
    | 3/2 | (1 + √3 d) e^(−√3 d) | once differentiable |
    | 5/2 | (1 + √5 d + 5d²/3) e^(−√5 d) | twice differentiable |
    | ∞ (RBF) | e^(−d²/2) | infinitely often differentiable |

    Args:
        nu: ν, one of 0.5, 1.5, 2.5, ``np.inf``.
        variance: k_0 > 0, the variance of a value.
        length_scales: ℓ > 0, one number for all features, or one for each, shape (features,).

    Raises:
        ValueError: another ν, or a number that is not positive.

    Example:
    >>> Kernel(0.5, variance=2.0)([[0.0]], [[0.0], [1.0]]).round(4)
    array([[2.    , 0.7358]])

    References: Rasmussen and Williams, *Gaussian Processes for Machine Learning* (2006), chapter 4.
    """

    nu: float = np.inf
    variance: float = 1.0
    length_scales: object = 1.0

    def __post_init__(self):
        if self.nu not in SHAPES:
            raise ValueError(f"nu must be one of 0.5, 1.5, 2.5 and np.inf, not {self.nu!r}.")
        scales = np.asarray(self.length_scales, "float64")
        if scales.ndim > 1 or not (np.isfinite(scales).all() and (scales > 0).all() and scales.size):
            raise ValueError(f"length_scales must hold numbers > 0, not {self.length_scales!r}.")
        if not 0 < self.variance < np.inf:
            raise ValueError(f"variance must be a number > 0, not {self.variance!r}.")
        object.__setattr__(self, "variance", float(self.variance))
        object.__setattr__(self, "length_scales", scales)

    def __call__(self, x, other):
        """K, shape (batch, others): k of every row of ``x`` with every row of ``other``."""
        # k(x, x') = k_0 g(d)
        return self.variance * SHAPES[self.nu][0](np.sqrt(self.scaled_squares(x, other).sum(axis=0)))

    def scaled_squares(self, x, other):
        """(x_j − x'_j)² / ℓ_j², shape (features, batch, others)."""
        x, other = (features(a).astype("float64") for a in (x, other))
        if x.shape[1] != other.shape[1]:
            raise ValueError(
                f"the points have {x.shape[1]} and {other.shape[1]} features, which must be as many."
            )
        if self.length_scales.ndim and self.length_scales.shape != x.shape[1:]:
            raise ValueError(
                f"there are {self.length_scales.size} length scales for {x.shape[1]} features: give one for each, or "
                "one number for all."
            )
        x, other = x / self.length_scales, other / self.length_scales
        return (x.T[:, :, None] - other.T[:, None, :]) ** 2

    def with_gradients(self, x):
        """K of the rows of ``x``, and its derivatives in log k_0 and in every log ℓ_j.

        ∂k/∂log k_0 = k,   ∂k/∂log ℓ_j = −2 k_0 g'(d²) (x_j − x'_j)² / ℓ_j²

        Returns:
            K of shape (batch, batch), and the derivatives, shape (1 + number of length scales, batch, batch).
        """
        squares = self.scaled_squares(x, x)
        shape, slope = SHAPES[self.nu]
        d = np.sqrt(squares.sum(axis=0))
        K = self.variance * shape(d)
        # ∂k/∂log ℓ_j = −2 k_0 g'(d²) (x_j − x'_j)² / ℓ_j²; one length scale for all features moves all of them
        by_scale = self.variance * slope(d) * (squares if self.length_scales.ndim else [d**2])
        # ∂k/∂log k_0 = k
        return K, np.concatenate([K[None], by_scale])

    @property
    def logarithms(self):
        """(log k_0, log ℓ_1, …), by which the kernel is fitted."""
        return np.log(np.append(self.variance, self.length_scales))

    def from_logarithms(self, logarithms):
        """The kernel of the same ν with other ``logarithms``."""
        variance, *scales = np.exp(np.asarray(logarithms, "float64"))
        return Kernel(self.nu, variance, scales if self.length_scales.ndim else scales[0])
