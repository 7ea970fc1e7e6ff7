"""The kernel distance (KID): a difference of two sets of features whose estimate has no bias (§8.1)."""

import numpy as np

from units.u07_generative.frechet_distance import checked_features


def kernel_distance(a, b):
    """The squared maximum mean discrepancy of two sets of features with a cubic kernel, estimated without bias.

    E k(a, a') + E k(b, b') − 2 E k(a, b),   k(a, b) = (aᵀ b / features + 1)³

    The means over pairs leave out the pairs of a sample with itself. So for two sets from one distribution the mean of
    the estimate is 0, whatever the number of samples, and an estimate may be negative.

    Args:
        a, b: features, shape (batch, features); the numbers of samples may differ.

    Returns:
        A float.

    Raises:
        ValueError: other shapes, fewer than two samples, or values that are not finite.

    References: Bińkowski et al., "Demystifying MMD GANs" (2018).
    """
    a, b = checked_features(a, b)
    return float(mean_of_pairs(cubic(a, a)) + mean_of_pairs(cubic(b, b)) - 2 * cubic(a, b).mean())


def cubic(a, b):
    """k(a_i, b_j) of all pairs: (batch of a, batch of b)."""
    return (a @ b.T / a.shape[1] + 1) ** 3


def mean_of_pairs(k):
    """The mean of a square matrix without its diagonal."""
    n = len(k)
    return (k.sum() - np.trace(k)) / (n * (n - 1))
