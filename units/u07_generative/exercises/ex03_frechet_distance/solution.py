"""ex03: the Fréchet distance of two sets of features, and its limit for infinitely many samples."""

import numpy as np


def moments(a):
    """Mean and covariance matrix of features.

    Args:
        a: shape (batch, features).

    Returns:
        μ, shape (features,), and Σ with n − 1 in the denominator, shape (features, features).
    """
    mean = a.mean(axis=0)
    return mean, (a - mean).T @ (a - mean) / (len(a) - 1)


def distance_of_gaussians(mean_a, covariance_a, mean_b, covariance_b):
    """The squared Fréchet distance of two Gaussian distributions.

    Args:
        mean_a, mean_b: shape (features,).
        covariance_a, covariance_b: shape (features, features), with positive eigenvalues.

    Returns:
        A number.
    """
    eigenvalues = np.linalg.eigvals(covariance_a @ covariance_b).real
    trace_of_root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    means = np.sum((mean_a - mean_b) ** 2)
    return means + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root


def distance_of_sets(a, b):
    """The squared Fréchet distance of two sets of features, shapes (batch, features).

    Returns:
        A number.
    """
    return distance_of_gaussians(*moments(a), *moments(b))


def without_bias(sizes, distances):
    """The limit of the distance for n → ∞ samples.

    Args:
        sizes: the numbers n of samples, shape (m,).
        distances: the distance measured with each of them, shape (m,).

    Returns:
        c of the line c + slope/n with the least squared errors.
    """
    line = np.polyfit(1 / np.asarray(sizes, "float64"), distances, 1)
    return line[1]
