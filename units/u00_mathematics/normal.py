"""The multivariate normal distribution: its density, and the divergence of two of them (§B.2)."""

import math

import numpy as np
from keras import ops

from course.validation import features


def normal_log_density(x, mean, covariance):
    """The logarithm of the density of N(μ, Σ).

    log p(x) = −½ (x − μ)ᵀ Σ⁻¹ (x − μ) − ½ log det Σ − (n/2) log 2π

    With Σ = B Bᵀ, B a lower triangular matrix, (x − μ)ᵀ Σ⁻¹ (x − μ) = ‖B⁻¹ (x − μ)‖² and ½ log det Σ = ∑_j log B_jj.

    Args:
        x: points in rows, shape (batch, features); n is the number of features.
        mean: μ, shape (features,).
        covariance: Σ, symmetric and positive definite, shape (features, features).

    Returns:
        Shape (batch,).

    Raises:
        ValueError: if Σ is not symmetric and positive definite, or the shapes do not fit.

    Example:
        >>> print(ops.convert_to_numpy(normal_log_density([[0.0], [2.0]], [0.0], [[1.0]])).round(4))
        [-0.9189 -2.9189]

    References: §B.2.
    """
    mean, B = _mean_and_factor(mean, covariance)
    x = ops.convert_to_tensor(features(x, columns=mean.shape[0]), mean.dtype)
    squares = ops.sum(ops.solve_triangular(B, ops.transpose(x - mean), lower=True) ** 2, axis=0)
    # −½ ‖B⁻¹ (x − μ)‖² − ∑_j log B_jj − (n/2) log 2π
    return -0.5 * squares - _half_log_det(B) - 0.5 * x.shape[1] * math.log(2 * math.pi)


def normal_divergence(mean_p, covariance_p, mean_q, covariance_q):
    """The Kullback–Leibler divergence of p = N(μ_p, Σ_p) and q = N(μ_q, Σ_q).

    D(p‖q) = ½ (tr(Σ_q⁻¹ Σ_p) − n + (μ_p − μ_q)ᵀ Σ_q⁻¹ (μ_p − μ_q) + log(det Σ_q / det Σ_p))

    With Σ_p = B_p B_pᵀ and Σ_q = B_q B_qᵀ the trace is ‖B_q⁻¹ B_p‖², the sum of the squares of all entries.

    Args:
        mean_p: μ_p, shape (features,); n is the number of features.
        covariance_p: Σ_p, symmetric and positive definite, shape (features, features).
        mean_q: μ_q, shape (features,).
        covariance_q: Σ_q, symmetric and positive definite, shape (features, features).

    Returns:
        A scalar.

    Raises:
        ValueError: if a covariance is not symmetric and positive definite, or the shapes do not fit.

    Example:
        >>> one = [[1.0]]
        >>> round(float(normal_divergence([0.0], one, [2.0], one)), 4)
        2.0

    References: §B.2.
    """
    (mean_p, B_p), (mean_q, B_q) = (
        _mean_and_factor(mean_p, covariance_p),
        _mean_and_factor(mean_q, covariance_q),
    )
    if mean_p.shape != mean_q.shape:
        raise ValueError(
            f"Both distributions need the same features, and have {mean_p.shape[0]} and {mean_q.shape[0]} of them."
        )
    # tr(Σ_q⁻¹ Σ_p) = ‖B_q⁻¹ B_p‖²
    trace = ops.sum(ops.solve_triangular(B_q, B_p, lower=True) ** 2)
    # (μ_p − μ_q)ᵀ Σ_q⁻¹ (μ_p − μ_q) = ‖B_q⁻¹ (μ_p − μ_q)‖²
    distance = ops.sum(ops.solve_triangular(B_q, (mean_p - mean_q)[:, None], lower=True) ** 2)
    return 0.5 * (trace - mean_p.shape[0] + distance) + _half_log_det(B_q) - _half_log_det(B_p)


def _mean_and_factor(mean, covariance):
    """μ and the lower triangular B with Σ = B Bᵀ as tensors, if Σ is a covariance of the entries of μ."""
    mean, B = ops.convert_to_tensor(mean, "float32"), covariance_factor(covariance)
    if B.shape != (*mean.shape, *mean.shape):
        raise ValueError(
            f"A mean of shape (features,) needs a covariance of shape (features, features); the shapes are "
            f"{tuple(mean.shape)} and {tuple(B.shape)}."
        )
    return mean, B


def covariance_factor(covariance):
    """The lower triangular B with Σ = B Bᵀ, the Cholesky factor of a covariance.

    Args:
        covariance: Σ, symmetric and positive definite, shape (features, features).

    Returns:
        B, shape (features, features).

    Raises:
        ValueError: if Σ is not symmetric and positive definite.

    Example:
        >>> print(ops.convert_to_numpy(covariance_factor([[4.0, 2.0], [2.0, 2.0]])).tolist())
        [[2.0, 0.0], [1.0, 1.0]]

    References: §B.2.
    """
    covariance = features(covariance, name="covariance", axes="(features, features)").astype("float32")
    if covariance.shape[0] != covariance.shape[1]:
        raise ValueError(f"A covariance has shape (features, features), and this one has {covariance.shape}.")
    try:  # here, since one backend raises an error of its own, and another one computes with NaN
        np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        raise ValueError(
            "The covariance is not positive definite, perhaps because a feature is constant. "
            "A small floor, added to the variances on its diagonal, makes it positive definite."
        ) from None
    if not np.allclose(covariance, covariance.T, rtol=1e-4, atol=1e-6):
        raise ValueError("The covariance is not symmetric.")
    return ops.cholesky(ops.convert_to_tensor(covariance))


def _half_log_det(B):
    # ½ log det Σ = ∑_j log B_jj
    return ops.sum(ops.log(ops.diagonal(B)))
