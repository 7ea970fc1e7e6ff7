"""The Fréchet distance: how far two sets of samples are apart, as if both were Gaussian (§8.1)."""

import numpy as np


def frechet_distance(a, b):
    """The squared Fréchet distance of two sets of features, from their means and covariance matrices.

    ‖μ_a − μ_b‖² + tr(Σ_a + Σ_b − 2 (Σ_a Σ_b)^{1/2})

    With the features of Inception v3 it is known as FID. It is 0 for equal means and covariances, whatever else
    differs. For few samples it is too large: two sets of the same distribution are not at distance 0.

    Args:
        a, b: features, shape (batch, features); the numbers of samples may differ.

    Returns:
        A float, at least 0.

    Raises:
        ValueError: other shapes, fewer than two samples, or values that are not finite.
    """
    a, b = checked_features(a, b)
    return frechet_of_gaussians(a.mean(axis=0), covariance(a), b.mean(axis=0), covariance(b))


def frechet_of_gaussians(mean_a, covariance_a, mean_b, covariance_b):
    """The squared Fréchet (2-Wasserstein) distance of two Gaussian distributions.

    Args:
        mean_a, mean_b: shape (features,).
        covariance_a, covariance_b: symmetric without negative eigenvalues, shape (features, features). They may be
            singular.

    Returns:
        A float, at least 0.
    """
    mean_a, mean_b = np.asarray(mean_a, "float64"), np.asarray(mean_b, "float64")
    root = square_root(covariance_a)
    # Σ_a Σ_b has the eigenvalues of the symmetric Σ_a^{1/2} Σ_b Σ_a^{1/2}
    eigenvalues = np.linalg.eigvalsh(root @ np.asarray(covariance_b, "float64") @ root)
    trace_of_root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    traces = np.trace(covariance_a) + np.trace(covariance_b)
    return float(max(0.0, np.sum((mean_a - mean_b) ** 2) + traces - 2 * trace_of_root))


def covariance(a):
    """The covariance matrix of features (batch, features), with n − 1 in the denominator."""
    centered = a - a.mean(axis=0)
    return centered.T @ centered / (len(a) - 1)


def square_root(matrix):
    """The symmetric square root of a symmetric matrix without negative eigenvalues."""
    eigenvalues, vectors = np.linalg.eigh(np.asarray(matrix, "float64"))
    return (vectors * np.sqrt(np.clip(eigenvalues, 0, None))) @ vectors.T


def checked_features(a, b, least=2):
    """Two arrays of features as float64, of the same number of features.

    Raises:
        ValueError: other shapes, fewer than ``least`` samples, or values that are not finite.
    """
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(
            f"Both sets need features of the shape (batch, features) with equally many features, not {a.shape} "
            f"and {b.shape}."
        )
    for x in (a, b):
        if len(x) < least:
            raise ValueError(f"Both sets need at least {least} samples, not {len(a)} and {len(b)}.")
        if not np.isfinite(x).all():
            raise ValueError("Some features are not finite.")
    return a, b
