"""Conformal prediction: the threshold, one for each class, and intervals from two quantile predictions."""

import numpy as np


def threshold(scores, alpha):
    """The ⌈(n + 1)(1 − α)⌉-th smallest score; infinity if that is more than n.

    Args:
        scores: shape (n,).
        alpha: α in (0, 1).

    Returns:
        A float.
    """
    n = len(scores)
    k = int(np.ceil((n + 1) * (1 - alpha) - 1e-9))
    return float(np.sort(scores)[k - 1]) if k <= n else float("inf")


def sets_by_class(p_cal, y_cal, p_new, alpha):
    """Sets of classes with one threshold for each class.

    q_k = threshold of {1 − p_{ik} : y_i = k},   set = {k : 1 − p_k ≤ q_k}

    Args:
        p_cal: probabilities of the calibration set, shape (n, classes).
        y_cal: its classes, shape (n,).
        p_new: probabilities of new samples, shape (batch, classes).
        alpha: α.

    Returns:
        Booleans of shape (batch, classes).
    """
    q = np.array([threshold(1 - p_cal[y_cal == k, k], alpha) for k in range(p_cal.shape[1])])
    return 1 - p_new <= q


def quantile_intervals(low_cal, high_cal, y_cal, low, high, alpha):
    """Intervals from predicted quantiles, widened or narrowed by one number.

    s_i = max(low_i − y_i, y_i − high_i),   interval [low − q, high + q]

    Args:
        low_cal, high_cal, y_cal: predicted quantiles and truth of the calibration set, shape (n,).
        low, high: predicted quantiles of new samples, shape (batch,).
        alpha: α.

    Returns:
        Shape (batch, 2). An interval whose ends would cross is the point in the middle.
    """
    q = threshold(np.maximum(low_cal - y_cal, y_cal - high_cal), alpha)
    left, right = low - q, high + q
    middle = (low + high) / 2  # that of left and right too, and finite if q is not
    return np.stack([np.minimum(left, middle), np.maximum(right, middle)], axis=1)


def smallest_calibration_set(alpha):
    """The smallest n for which the threshold is finite.

    Args:
        alpha: α.

    Returns:
        An integer.
    """
    return int(np.ceil(1 / alpha - 1 - 1e-9))
