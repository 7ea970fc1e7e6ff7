"""The ROC curve: the error rates of a score for every threshold, and the area below it (§2.2)."""

from collections import namedtuple

import numpy as np
from keras import ops

from course.validation import binary_labels, numbers

Roc = namedtuple("Roc", "false_positive true_positive thresholds")


def roc_curve(y, scores):
    """False and true positive rates for every threshold.

    FPR(τ) = #{y = 0, s ≥ τ} / #{y = 0},   TPR(τ) = #{y = 1, s ≥ τ} / #{y = 1}

    Args:
        y: labels 0 and 1, shape (batch,) or (batch, 1).
        scores: s, larger for "more likely 1", of such a shape too.

    Returns:
        ``Roc(false_positive, true_positive, thresholds)``, NumPy, from (0, 0) at τ = ∞ to (1, 1); one point
        for each *distinct* score, because samples with equal scores cannot be separated.

    Raises:
        ValueError: if there are not both classes, a score is not a number, or the lengths differ.

    Example:
        >>> curve = roc_curve([0, 1, 1], [0.1, 0.8, 0.1])
        >>> curve.false_positive.tolist(), curve.true_positive.tolist()
        ([0.0, 0.0, 1.0], [0.0, 0.5, 1.0])
    """
    y, s = _binary(y, scores)
    order = np.argsort(-s, kind="stable")
    y, s = y[order], s[order]
    last = np.append(np.flatnonzero(np.diff(s)), len(s) - 1)  # the last of each run of equal scores
    # #{y = 1, s ≥ τ},   #{y = 0, s ≥ τ}
    hits, alarms = np.cumsum(y)[last], np.cumsum(1 - y)[last]
    return Roc(
        np.append(0.0, alarms / alarms[-1]), np.append(0.0, hits / hits[-1]), np.append(np.inf, s[last])
    )


def area_under(curve):
    """Area under a ROC curve by trapezia.

    AUC = ∑_i (FPR_{i+1} − FPR_i) (TPR_{i+1} + TPR_i) / 2

    Args:
        curve: a ``Roc``.

    Example:
        >>> float(area_under(roc_curve([0, 1, 1], [0.1, 0.8, 0.1])))
        0.75
    """
    width = np.diff(curve.false_positive)
    # AUC = ∑_i (FPR_{i+1} − FPR_i) (TPR_{i+1} + TPR_i) / 2
    return float(np.sum(width * (curve.true_positive[1:] + curve.true_positive[:-1]) / 2))


def rank_probability(y, scores):
    """Compute the area under the curve from pairs: the probability that a positive sample has the higher score.

    AUC = P(s⁺ > s⁻) + ½ P(s⁺ = s⁻)   over all pairs of a positive and a negative sample

    Args:
        y: labels 0 and 1, shape (batch,).
        scores: s, shape (batch,).

    Returns:
        A float in [0, 1]; ½ is guessing.

    Raises:
        ValueError: as ``roc_curve``.

    Example:
        >>> rank_probability([0, 1, 1], [0.1, 0.8, 0.1])
        0.75

    References: Hanley and McNeil, Radiology 143 (1982): the area is the Mann–Whitney statistic.
    """
    y, s = _binary(y, scores)
    # places in their order, because in float32 near scores would be equal
    s = np.unique(s, return_inverse=True)[1].astype("int32")
    positive, negative = ops.convert_to_tensor(s[y == 1]), ops.convert_to_tensor(s[y == 0])
    sign = ops.sign(positive[:, None] - negative[None, :])
    # AUC = P(s⁺ > s⁻) + ½ P(s⁺ = s⁻)
    return float(ops.mean((ops.cast(sign, "float32") + 1.0) / 2.0))


def _binary(y, scores):
    y = binary_labels(y)
    s = numbers(scores, rows=len(y), name="scores")
    if set(np.unique(y)) != {0, 1}:
        raise ValueError("A ROC curve needs samples of both classes, 0 and 1: give at least one of each.")
    return y, s
