"""Confusion matrix, F_β, the curve of top-k accuracies, and an AUC for each class."""

from keras import ops


def confusion(y, y_hat, classes):
    """Counts of true and predicted classes.

    Args:
        y: true classes, shape (batch,).
        y_hat: predicted classes, shape (batch,).
        classes: number of classes.

    Returns:
        Shape (classes, classes); rows are true classes, columns are predicted classes.
    """
    Y, Y_hat = (
        ops.cast(ops.equal(v[:, None], ops.arange(classes, dtype=v.dtype)), "float32") for v in (y, y_hat)
    )
    return ops.matmul(ops.transpose(Y), Y_hat)


def scores(M, beta):
    """Precision, recall and F_β of each class, 0 where the denominator is 0.

    Args:
        M: confusion matrix, shape (classes, classes).
        beta: β > 0, how many times as much recall counts.

    Returns:
        (precision, recall, f), each of shape (classes,).
    """
    hits, predicted, there = ops.diagonal(M), ops.sum(M, axis=0), ops.sum(M, axis=1)
    f = _ratio((1.0 + beta**2) * hits, predicted + beta**2 * there)
    return _ratio(hits, predicted), _ratio(hits, there), f


def averaged_f(M, beta):
    """F_β over all classes.

    Args:
        M: confusion matrix, shape (classes, classes).
        beta: β > 0.

    Returns:
        (macro, weighted), two scalars.
    """
    f, there = scores(M, beta)[2], ops.sum(M, axis=1)
    return ops.mean(f), ops.sum(there * f) / ops.sum(there)


def top_k_curve(y, s):
    """Shares of samples whose true class is among the k best, for every k.

    Args:
        y: true classes, shape (batch,).
        s: scores, shape (batch, classes).

    Returns:
        The accuracies for k = 1, ..., classes, shape (classes,).
    """
    of_truth = ops.take_along_axis(s, ops.cast(y, "int32")[:, None], axis=1)
    better = ops.sum(ops.cast(s > of_truth, "int32"), axis=1)
    # the true class is among the k best if fewer than k are better
    found = better[:, None] < ops.arange(1, s.shape[1] + 1)
    return ops.mean(ops.cast(found, "float32"), axis=0)


def auc(y, s):
    """Area under the ROC curve of each class against all others.

    Args:
        y: true classes, shape (batch,).
        s: scores, shape (batch, classes).

    Returns:
        Shape (classes,); one half for a class that all samples have, or none.
    """
    positive = ops.cast(ops.equal(y[:, None], ops.arange(s.shape[1], dtype=y.dtype)), "float32")
    difference = s[:, None, :] - s[None, :, :]
    wins = ops.cast(difference > 0, "float32") + 0.5 * ops.cast(difference == 0, "float32")
    pairs = positive[:, None, :] * (1.0 - positive[None, :, :])
    number = ops.sum(pairs, axis=(0, 1))
    return ops.where(number > 0, _ratio(ops.sum(pairs * wins, axis=(0, 1)), number), 0.5)


def _ratio(a, b):
    return ops.where(b > 0, a / ops.where(b > 0, b, 1.0), 0.0)
