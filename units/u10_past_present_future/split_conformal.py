"""Split conformal prediction: sets and intervals that hold the truth as often as promised (§8.5, ☆)."""

import math

import numpy as np
from scipy import stats

from course.validation import numbers, scores
from units.u06_tricks_of_the_trade.calibration import class_probabilities
from units.u10_past_present_future.calibration import labels_and_scores


def conformal_quantile(s, alpha):
    """The threshold of the conformity scores.

    q = the ⌈(n + 1)(1 − α)⌉-th smallest of s_1, …, s_n;   ∞ if that is more than n

    If the new score is exchangeable with the n scores, P(s_{n+1} ≤ q) ≥ 1 − α, whatever the model and the distribution;
    and ≤ 1 − α + 1/(n + 1) if no two scores are equal. The +1 counts the new sample itself.

    Args:
        s: scores of the calibration set, which was not used for training, shape (n,).
        alpha: α in (0, 1), the share of errors that is allowed.

    Returns:
        q, a float.

    Raises:
        ValueError: α is not in (0, 1).

    Example:
        >>> conformal_quantile([5, 1, 3, 2, 4], alpha=0.5), conformal_quantile([1, 2], alpha=0.1)
        (3.0, inf)

    References: Vovk, Gammerman and Shafer, "Algorithmic learning in a random world" (2005).
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is between 0 and 1, not {alpha}.")
    s = np.sort(numbers(s, name="s"))
    k = _place(len(s), alpha)
    return float(s[k - 1]) if k <= len(s) else math.inf


def class_scores(p_hat, adaptive=False):
    """The conformity score of every class: small for what the model believes.

    plain: s_k = 1 − p̂_k;   adaptive: s_k = ∑_{j: p̂_j > p̂_k} p̂_j + p̂_k

    If p̂ is right, the plain score gives the smallest sets on average. The adaptive one gives larger sets to difficult
    samples and smaller ones to easy ones; of equal probabilities it takes that of the smaller class number first.

    Args:
        p_hat: p̂, shape (batch, classes).
        adaptive: which one.

    Returns:
        Shape (batch, classes).

    Raises:
        ValueError: p_hat holds no probabilities.
    """
    p = class_probabilities(scores(p_hat, name="p_hat"))
    if not adaptive:
        return 1 - p
    order = np.argsort(-p, axis=1, kind="stable")
    total = np.cumsum(np.take_along_axis(p, order, axis=1), axis=1)
    result = np.empty_like(p)
    np.put_along_axis(result, order, total, axis=1)
    return result


def prediction_sets(p_hat, y_cal, p_cal, alpha=0.1, adaptive=False):
    """Sets of classes: {k : s_k ≤ q}, with q from the scores of the true classes of the calibration set.

    Args:
        p_hat: p̂ of the new samples, shape (batch, classes).
        y_cal: classes of the calibration set, shape (n,).
        p_cal: p̂ of the calibration set, shape (n, classes).
        alpha, adaptive: see ``conformal_quantile`` and ``class_scores``.

    Returns:
        Booleans of shape (batch, classes).

    Raises:
        ValueError: p_hat and p_cal have different numbers of classes.
    """
    y_cal, p_cal = labels_and_scores(y_cal, p_cal, "p_cal")
    of_all, of_new = class_scores(p_cal, adaptive), class_scores(p_hat, adaptive)
    if of_all.shape[1] != of_new.shape[1]:
        raise ValueError(
            f"p_cal has {of_all.shape[1]} classes and p_hat has {of_new.shape[1]}: they must be the same."
        )
    q = conformal_quantile(of_all[np.arange(len(of_all)), y_cal], alpha)
    # {k : s_k ≤ q}
    return of_new <= q


def prediction_intervals(y_hat, y_cal, y_hat_cal, alpha=0.1, scale=None, scale_cal=None):
    """Intervals for a regression: ŷ ± q σ, with q from s_i = |y_i − ŷ_i| / σ_i.

    Args:
        y_hat: ŷ of the new samples, shape (batch,).
        y_cal, y_hat_cal: truth and prediction of the calibration set, shape (n,).
        alpha: α.
        scale, scale_cal: σ, a guess of the size of the error of each sample, shapes (batch,) and (n,); 1 if it is None.

    Returns:
        ``(low, high)``, each of shape (batch,).

    Raises:
        ValueError: only one of the two scales is given, or one is not positive.
    """
    y_hat, y_hat_cal = numbers(y_hat, name="y_hat"), numbers(y_hat_cal, name="y_hat_cal")
    y_cal = numbers(y_cal, len(y_hat_cal), "y_cal")
    if (scale is None) != (scale_cal is None):
        raise ValueError("Give both scales or none: the scores and the intervals need the same one.")
    scale = np.ones(len(y_hat)) if scale is None else numbers(scale, len(y_hat), "scale")
    scale_cal = np.ones(len(y_cal)) if scale_cal is None else numbers(scale_cal, len(y_cal), "scale_cal")
    if min(scale.min(), scale_cal.min()) <= 0:
        raise ValueError("A scale is the size of an error and must be positive.")
    q = conformal_quantile(np.abs(y_cal - y_hat_cal) / scale_cal, alpha)
    return y_hat - q * scale, y_hat + q * scale


def coverage_distribution(n, alpha):
    """How the coverage of a calibrated threshold varies from one calibration set to the next.

    P(s ≤ q | calibration set) ~ Beta(k, n + 1 − k),   k = ⌈(n + 1)(1 − α)⌉   (for continuous scores)

    Args:
        n: size of the calibration set.
        alpha: α.

    Returns:
        A frozen distribution of SciPy.

    Raises:
        ValueError: α is not in (0, 1), n is no whole number, or the calibration set is so small that q is infinite.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is between 0 and 1, not {alpha}.")
    if n != int(n):
        raise ValueError(f"n is a number of samples, not {n}.")
    k = _place(n, alpha)
    if k > n:
        raise ValueError(f"With {n} samples and alpha {alpha} the threshold is infinite: use more samples.")
    return stats.beta(k, n + 1 - k)


def _place(n, alpha):
    """k = ⌈(n + 1)(1 − α)⌉, at least 1; the small number takes back the rounding of 1 − α."""
    return max(1, math.ceil((n + 1) * (1 - alpha) - 1e-9))
