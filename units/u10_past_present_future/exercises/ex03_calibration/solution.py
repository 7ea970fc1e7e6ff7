"""Is a classifier as often right as it says? The signed gap, bins of equal count, and every class by itself."""

import numpy as np


def overconfidence(y, p_hat):
    """Mean confidence minus accuracy.

    Args:
        y: class numbers, shape (batch,).
        p_hat: predicted probabilities, shape (batch, classes).

    Returns:
        A float; positive for a model that is too sure of itself.
    """
    return float(np.mean(p_hat.max(axis=1)) - np.mean(p_hat.argmax(axis=1) == y))


def adaptive_error(y, p_hat, bins):
    """The calibration error with bins that hold equally many samples.

    ∑_b (n_b / n) |accuracy_b − confidence_b|

    Args:
        y, p_hat: as for ``overconfidence``.
        bins: how many, at most the number of samples.

    Returns:
        A float.
    """
    confidence, right = p_hat.max(axis=1), p_hat.argmax(axis=1) == y
    order = np.argsort(confidence, kind="stable")
    of_bin = np.arange(len(y)) * bins // len(y)
    error = 0.0
    for b in range(bins):
        members = order[of_bin == b]
        error += len(members) / len(y) * abs(right[members].mean() - confidence[members].mean())
    return float(error)


def classwise_error(y, p_hat, bins):
    """The calibration error of every class, averaged over the classes.

    (1/K) ∑_k ∑_b (n_{bk} / n) |mean of 1[y = k] − mean of p̂_k|, in the bins ⌊p̂_k · bins⌋

    Args:
        y, p_hat: as for ``overconfidence``.
        bins: number of bins of [0, 1]; 1 belongs to the last one.

    Returns:
        A float.
    """
    total = 0.0
    for k in range(p_hat.shape[1]):
        p = p_hat[:, k]
        of_bin = np.minimum((p * bins).astype(int), bins - 1)
        for b in np.unique(of_bin):
            inside = of_bin == b
            total += np.mean(inside) * abs(np.mean(y[inside] == k) - p[inside].mean())
    return float(total / p_hat.shape[1])
