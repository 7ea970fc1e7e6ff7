"""Confusion matrix, precision, recall, F1, top-k accuracy and AUC."""

from keras import ops  # noqa: F401


def confusion(y, y_hat, classes):
    """Counts of true and predicted classes.

    Args:
        y: true classes, shape (batch,).
        y_hat: predicted classes, shape (batch,).
        classes: number of classes.

    Returns:
        Shape (classes, classes); truth down, prediction across.
    """
    raise NotImplementedError


def scores(M):
    """Precision, recall and F1 of each class, 0 where the denominator is 0.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        (precision, recall, f1), each of shape (classes,).
    """
    raise NotImplementedError


def averaged_f1(M):
    """F1 over all classes.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        (macro, micro), two scalars.
    """
    raise NotImplementedError


def top_k(y, s, k):
    """Share of samples whose true class is among the k best.

    Args:
        y: true classes, shape (batch,).
        s: scores, shape (batch, classes).
        k: number of guesses.

    Returns:
        A scalar.
    """
    raise NotImplementedError


def auc(y, s):
    """Area under the ROC curve.

    Args:
        y: labels 0 and 1, shape (batch,).
        s: scores, shape (batch,).

    Returns:
        A scalar.
    """
    raise NotImplementedError
