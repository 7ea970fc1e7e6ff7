"""The confusion matrix, from which accuracy, precision, recall and F1 follow (§2.2)."""

from collections import namedtuple

from keras import ops

import course
from course.validation import class_labels, floats
from units.u01_machine_learning.encodings import one_hot

Scores = namedtuple("Scores", "precision recall f1")


def confusion_matrix(y, y_hat, classes):
    """Count each pair of true and predicted class.

    M_kl = #{i : y_i = k, ŷ_i = l} = (YᵀŶ)_kl with one-hot rows:   rows are true classes, columns predicted

    Args:
        y: true classes, shape (batch,).
        y_hat: predicted classes, shape (batch,).
        classes: K.

    Returns:
        float32 counts, shape (classes, classes).

    Raises:
        ValueError: if a label is no class, or there is not one prediction for each sample.

    Example:
        >>> print(ops.convert_to_numpy(confusion_matrix([0, 0, 1], [0, 1, 1], 2)))
        [[1. 1.]
         [0. 1.]]
    """
    y = class_labels(y, classes)
    y_hat = class_labels(y_hat, classes, shape=y.shape, name="y_hat")
    # M = YᵀŶ
    return ops.matmul(ops.transpose(one_hot(y, classes)), one_hot(y_hat, classes))


def accuracy(M):
    """Share of correct predictions.

    accuracy = ∑_k M_kk / ∑_kl M_kl

    Args:
        M: confusion matrix, shape (classes, classes).
    """
    M = _counts(M)
    # ∑_k M_kk / ∑_kl M_kl
    return ops.trace(M) / ops.sum(M)


def class_scores(M):
    """Precision, recall and F1 of each class.

    TP_k = M_kk,   precision_k = TP_k / ∑_l M_lk,   recall_k = TP_k / ∑_l M_kl
    F1_k = 2 TP_k / (∑_l M_lk + ∑_l M_kl):   their harmonic mean

    A score whose denominator is 0 (a class never predicted, or never there) is 0.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        ``Scores(precision, recall, f1)``, each of shape (classes,). For two classes the entry 1 is
        what is called precision, recall and F1 of a *binary* problem, class 1 being "positive".

    Example:
        >>> scores = class_scores([[8.0, 2.0], [1.0, 4.0]])
        >>> [round(float(score[1]), 3) for score in scores]
        [0.667, 0.8, 0.727]
    """
    M = _counts(M)
    return _class_scores(M)


@course.fused
def _class_scores(M):
    # TP_k = M_kk,   ∑_l M_lk,   ∑_l M_kl
    hits, predicted, there = ops.diagonal(M), ops.sum(M, axis=0), ops.sum(M, axis=1)
    return Scores(_ratio(hits, predicted), _ratio(hits, there), _ratio(2.0 * hits, predicted + there))


def macro_scores(M):
    """Scores averaged over the classes: a rare class counts as much as a frequent one.

    precision = (1/K) ∑_k precision_k, and so on; F1 is the mean of the F1_k.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        ``Scores`` of three scalars.
    """
    return Scores(*(ops.mean(score) for score in class_scores(M)))


def micro_scores(M):
    """Scores from counts summed over the classes: every sample counts the same.

    precision = ∑_k TP_k / ∑_k (TP_k + FP_k),   recall = ∑_k TP_k / ∑_k (TP_k + FN_k)

    When each sample has one class and one prediction, every false positive is another class's false
    negative: all three equal the accuracy.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        ``Scores`` of three scalars.
    """
    M = _counts(M)
    # ∑_k TP_k,   ∑_k (TP_k + FP_k),   ∑_k (TP_k + FN_k)
    hits, predicted, there = ops.trace(M), ops.sum(ops.sum(M, axis=0)), ops.sum(ops.sum(M, axis=1))
    return Scores(_ratio(hits, predicted), _ratio(hits, there), _ratio(2.0 * hits, predicted + there))


def _counts(M):
    M = ops.cast(floats(M), "float32")
    if len(M.shape) != 2 or M.shape[0] != M.shape[1] or not float(ops.sum(M)) > 0 or float(ops.min(M)) < 0:
        raise ValueError(
            f"A confusion matrix is square and counts at least one sample; got the shape {tuple(M.shape)}. "
            "confusion_matrix(y, y_hat, classes) makes one."
        )
    return M


def _ratio(a, b):
    return ops.where(b > 0, a / ops.where(b > 0, b, 1.0), 0.0)
