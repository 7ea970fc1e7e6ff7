"""Expected improvement for maximization: closed form, derivatives, inverse, batches, cost."""

import numpy as np
from scipy.special import ndtr


def expected_improvement(mean, std, best):
    """E max(F − c, 0) for F ~ N(μ, σ²).

    Args:
        mean: μ, shape (settings,).
        std: σ ≥ 0, shape (settings,).
        best: c.

    Returns:
        An array of shape (settings,).
    """
    gap = mean - best
    z = gap / np.where(std > 0, std, 1.0)
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.where(std > 0, std * (z * ndtr(z) + density), np.maximum(gap, 0.0))


def gradients(mean, std, best):
    """The derivatives of the expected improvement in μ and in σ > 0.

    Args:
        mean: μ, shape (settings,).
        std: σ > 0, shape (settings,).
        best: c.

    Returns:
        ``[by mean, by std]``, two arrays of shape (settings,).
    """
    z = (mean - best) / std
    return [ndtr(z), np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)]


def accuracies_worth_trying(std, best, least):
    """The means at which the expected improvement is ``least``.

    Args:
        std: σ > 0, shape (settings,).
        best: c.
        least: the wanted improvement, > 0.

    Returns:
        An array of shape (settings,).
    """
    low, high = best - 40 * std, best + least + 0 * std
    for _ in range(60):
        middle = (low + high) / 2
        enough = expected_improvement(middle, std, best) >= least
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def improvement_of_batch(mean, covariance, best, normal):
    """E max(max_i F_i − c, 0) by samples.

    Args:
        mean: μ, shape (settings,).
        covariance: Σ, shape (settings, settings).
        best: c.
        normal: draws from N(0, 1), shape (draws, settings).

    Returns:
        A number.
    """
    f = mean + normal @ np.linalg.cholesky(covariance).T
    return float(np.maximum(f.max(axis=1) - best, 0.0).mean())


def next_setting(mean, std, best, seconds):
    """The setting with the largest expected improvement per second.

    Args:
        mean: μ, shape (settings,).
        std: σ ≥ 0, shape (settings,).
        best: c.
        seconds: of training, shape (settings,).

    Returns:
        A whole number.
    """
    return int(np.argmax(expected_improvement(mean, std, best) / seconds))
