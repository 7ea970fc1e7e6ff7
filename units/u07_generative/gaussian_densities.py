"""Gaussians with a diagonal covariance: their log-density, and the divergence of one from another (§8.1)."""

import math

from keras import ops

from course.validation import floats


def log_density(x, mean=0.0, log_deviation=0.0):
    """The log-density of N(μ, diag σ²) at every sample of a batch.

    log N(x; μ, σ²) = ∑_j (−½ ((x_j − μ_j)/σ_j)² − log σ_j − ½ log 2π)

    Args:
        x: shape (batch, ...).
        mean: μ, of a shape that fits x.
        log_deviation: log σ, likewise.

    Returns:
        Shape (batch,).
    """
    x = floats(x)
    terms = (
        -0.5 * ops.square((x - mean) * ops.exp(-log_deviation)) - log_deviation - 0.5 * math.log(2 * math.pi)
    )
    return sum_of_each(terms)


def divergence(mean, log_deviation, prior_mean=0.0, prior_log_deviation=0.0):
    """The Kullback–Leibler divergence of q = N(μ, diag σ²) from p = N(μ_p, diag σ_p²), which is N(0, I) by default.

    KL(q ‖ p) = ∑_j (log(σ_pj/σ_j) + (σ_j² + (μ_j − μ_pj)²) / (2 σ_pj²) − ½)

    Args:
        mean, log_deviation: μ and log σ, shape (batch, ...).
        prior_mean, prior_log_deviation: μ_p and log σ_p, of shapes that fit.

    Returns:
        Shape (batch,).
    """
    squares = ops.exp(2 * (log_deviation - prior_log_deviation)) + ops.square(
        (mean - prior_mean) * ops.exp(-prior_log_deviation)
    )
    return sum_of_each(prior_log_deviation - log_deviation + 0.5 * squares - 0.5)


def sum_of_each(x):
    """The sum over all axes but the first one: (batch, ...) → (batch,)."""
    return ops.sum(x, axis=tuple(range(1, len(x.shape))))
