"""A generative model: learn the distribution of the data, then draw new data from it (§1.3)."""

from keras import ops

import course
from course.validation import features
from units.u00_mathematics.normal import covariance_factor
from units.u01_machine_learning.column_means import column_means


def fit_gaussian(x, floor=0.0):
    """Fit a normal distribution by maximum likelihood.

    μ = (1/n) ∑_i x_i,   Σ = (1/n) ∑_i (x_i − μ)(x_i − μ)ᵀ + δ I

    Args:
        x: samples, shape (batch, features).
        floor: δ >= 0, added to every variance; needed where a feature is constant.

    Returns:
        ``(mean, covariance)`` of shapes (features,) and (features, features). The logarithm of the density of this
        distribution is ``units.u00_mathematics.normal_log_density(x, mean, covariance)``.

    Example:
        >>> mean, covariance = fit_gaussian([[0.0, 0.0], [2.0, 4.0]])
        >>> print(ops.convert_to_numpy(mean), ops.convert_to_numpy(covariance).tolist())
        [1. 2.] [[1.0, 2.0], [2.0, 4.0]]
    """
    if not floor >= 0:
        raise ValueError(f"floor is added to every variance and must not be negative, got {floor}.")
    return _fitted(ops.convert_to_tensor(features(x), "float32"), float(floor))


@course.fused
def _fitted(x, floor):
    # μ = (1/n) ∑_i x_i
    mean = column_means(x)[0]
    centred = x - mean
    # Σ = (1/n) ∑_i (x_i − μ)(x_i − μ)ᵀ + δ I
    covariance = ops.matmul(ops.transpose(centred), centred) / x.shape[0]
    return mean, covariance + floor * ops.eye(x.shape[1])


def sample_gaussian(mean, covariance, noise):
    """Turn standard normal noise into samples of N(μ, Σ).

    x = μ + L z,   Σ = L Lᵀ,   z ~ N(0, I),   because Cov(L z) = L I Lᵀ

    Args:
        mean: μ, shape (features,).
        covariance: Σ, positive definite, shape (features, features).
        noise: z, one row for each sample, shape (batch, features).

    Returns:
        New samples, shape (batch, features).

    Raises:
        ValueError: if Σ is not positive definite.

    Example:
        >>> print(ops.convert_to_numpy(sample_gaussian([1.0], [[4.0]], [[0.0], [1.0]])).ravel())
        [1. 3.]
    """
    mean, noise = ops.convert_to_tensor(mean, "float32"), ops.convert_to_tensor(noise, "float32")
    return _moved(mean, covariance_factor(covariance), noise)


@course.fused
def _moved(mean, L, noise):
    # x = μ + L z; a sample is a row here, so L z becomes zᵀ Lᵀ
    return mean + ops.matmul(noise, ops.transpose(L))
