"""Confusion matrix, F with any emphasis, the curve of top-k accuracies, and an AUC for each class."""

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


def scores(M, beta):
    """Precision, recall and F_β of each class, 0 where the denominator is 0.

    Args:
        M: confusion matrix, shape (classes, classes).
        beta: β > 0, how many times as much recall counts.

    Returns:
        (precision, recall, f), each of shape (classes,).
    """
    raise NotImplementedError


def averaged_f(M, beta):
    """F_β over all classes.

    Args:
        M: confusion matrix, shape (classes, classes).
        beta: β > 0.

    Returns:
        (macro, weighted), two scalars.
    """
    raise NotImplementedError


def top_k_curve(y, s):
    """Shares of samples whose true class is among the k best, for every k.

    Args:
        y: true classes, shape (batch,).
        s: scores, shape (batch, classes).

    Returns:
        The accuracies for k = 1, ..., classes, shape (classes,).
    """
    raise NotImplementedError


def auc(y, s):
    """Area under the ROC curve of each class against all others.

    Args:
        y: true classes, shape (batch,).
        s: scores, shape (batch, classes).

    Returns:
        Shape (classes,); one half for a class that all samples have, or none.
    """
    raise NotImplementedError
