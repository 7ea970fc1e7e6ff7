"""Gaussian-process regression: a normal distribution over functions, conditioned on data."""

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from course.validation import features, numbers
from units.u06_tricks_of_the_trade.kernels import Kernel


class GaussianProcess:
    """A random function F with mean 0 and covariance k, observed at some points with noise.

    y_i = F(x_i) + noise of variance σ_y²,   K_y = K + σ_y² I,   K_ij = k(x_i, x_j)
    E F(x) = k(x)ᵀ K_y⁻¹ y,   Cov(F(x), F(x')) = k(x, x') − k(x)ᵀ K_y⁻¹ k(x'),   k(x)_i = k(x_i, x)
    log p(y) = −½ yᵀ K_y⁻¹ y − ½ log det K_y − (n/2) log 2π

    Everything is computed in float64 from the Cholesky factor of K_y; before ``fit`` it is the prior.

    Args:
        kernel: k, a ``Kernel``.
        noise: σ_y² ≥ 0, the variance of the noise. It also keeps K_y away from singular matrices.

    Raises:
        ValueError: the noise is negative.

    Example:
    >>> model = GaussianProcess(Kernel(2.5), noise=1e-6).fit([[0.0], [1.0]], [1.0, -1.0])
    >>> mean, std = model.posterior([[0.0], [0.25]])
    >>> print(mean.round(3), std.round(2))
    [1.    0.578] [0.   0.23]

    References: Rasmussen and Williams, *Gaussian Processes for Machine Learning* (2006), algorithm 2.1.
    """

    def __init__(self, kernel=None, noise=1e-6):
        if not 0 <= noise < np.inf:
            raise ValueError(f"noise is a variance ≥ 0, not {noise!r}.")
        self.kernel, self.noise = kernel or Kernel(), float(noise)
        self.x = None

    def fit(self, x, y):
        """Observe y at x.

        Args:
            x: points, shape (batch, features).
            y: values, shape (batch,) or (batch, 1).

        Raises:
            ValueError: there is not one finite value for each point, or K_y is singular in float64.
        """
        self.x = features(x).astype("float64")
        self.y = numbers(y, rows=len(self.x)).astype("float64")
        self.factor = factor_of(self.kernel(self.x, self.x), self.noise)
        # K_y⁻¹ y
        self.weights = cho_solve((self.factor, True), self.y)
        return self

    def posterior(self, x):
        """Mean and standard deviation of F at each row of x, two arrays of shape (batch,)."""
        mean, explained, _ = self._condition(x)
        variance = self.kernel.variance - (explained**2).sum(axis=0)
        return mean, np.sqrt(np.maximum(variance, 0.0))

    def posterior_covariance(self, x):
        """Mean of F at the rows of x, shape (batch,), and the covariance matrix, shape (batch, batch)."""
        mean, explained, x = self._condition(x)
        # k(x, x') − k(x)ᵀ K_y⁻¹ k(x')
        return mean, self.kernel(x, x) - explained.T @ explained

    def sample(self, x, count, rng):
        """Values of random functions at the rows of x, shape (count, batch)."""
        mean, covariance = self.posterior_covariance(x)
        values, vectors = np.linalg.eigh(covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        return mean + rng.normal(size=(count, len(mean))) @ root.T

    def log_likelihood(self):
        """log p(y), a float."""
        self._require_data()
        # −½ yᵀ K_y⁻¹ y − ½ log det K_y − (n/2) log 2π
        return float(
            -0.5 * self.y @ self.weights
            - np.log(np.diag(self.factor)).sum()
            - 0.5 * len(self.y) * np.log(2 * np.pi)
        )

    def likelihood_gradient(self):
        """The gradient of log p(y) in log k_0, every log ℓ_j and log σ_y², shape (2 + number of length scales,).

        ∂ log p(y)/∂θ = ½ tr((a aᵀ − K_y⁻¹) ∂K_y/∂θ),   a = K_y⁻¹ y
        """
        self._require_data()
        _, by_kernel = self.kernel.with_gradients(self.x)
        # a aᵀ − K_y⁻¹
        inner = np.outer(self.weights, self.weights) - cho_solve((self.factor, True), np.eye(len(self.y)))
        # ½ tr((a aᵀ − K_y⁻¹) ∂K_y/∂θ); ∂K_y/∂log σ_y² = σ_y² I
        return 0.5 * np.append(np.tensordot(by_kernel, inner, axes=2), self.noise * np.trace(inner))

    def _condition(self, x):
        """The mean at x, the columns factor⁻¹ k(x), and x as an array."""
        x = features(x).astype("float64")
        if self.x is None:
            return np.zeros(len(x)), np.zeros((1, len(x))), x
        among = self.kernel(self.x, x)
        # E F(x) = k(x)ᵀ K_y⁻¹ y
        return among.T @ self.weights, solve_triangular(self.factor, among, lower=True), x

    def _require_data(self):
        if self.x is None:
            raise ValueError("the likelihood is that of data: call fit(x, y) first.")


def factor_of(K, noise):
    """The lower triangular matrix whose product with its transpose is K + σ_y² I.

    Raises:
        ValueError: the matrix is not positive definite in float64.
    """
    try:
        return cholesky(K + noise * np.eye(len(K)), lower=True)
    except np.linalg.LinAlgError:
        raise ValueError(
            f"K + σ_y² I is not positive definite in float64 with noise={noise:g}: two points are equal or very near "
            "each other. Take a larger noise."
        ) from None
