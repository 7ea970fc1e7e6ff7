"""Confusion matrix, precision, recall, F1, top-k accuracy and AUC."""

from keras import ops


def confusion(y, y_hat, classes):
    """Counts of true and predicted classes.

    Args:
        y: true classes, shape (batch,).
        y_hat: predicted classes, shape (batch,).
        classes: number of classes.

    Returns:
        Shape (classes, classes); truth down, prediction across.
    """
    Y, Y_hat = (
        ops.cast(ops.equal(v[:, None], ops.arange(classes, dtype=v.dtype)), "float32") for v in (y, y_hat)
    )
    return ops.matmul(ops.transpose(Y), Y_hat)


def scores(M):
    """Precision, recall and F1 of each class, 0 where the denominator is 0.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        (precision, recall, f1), each of shape (classes,).
    """
    hits, predicted, there = ops.diagonal(M), ops.sum(M, axis=0), ops.sum(M, axis=1)
    return _ratio(hits, predicted), _ratio(hits, there), _ratio(2.0 * hits, predicted + there)


def averaged_f1(M):
    """F1 over all classes.

    Args:
        M: confusion matrix, shape (classes, classes).

    Returns:
        (macro, micro), two scalars.
    """
    macro = ops.mean(scores(M)[2])
    # Each sample is once in a row sum and once in a column sum.
    micro = 2.0 * ops.sum(ops.diagonal(M)) / (2.0 * ops.sum(M))
    return macro, micro


def top_k(y, s, k):
    """Share of samples whose true class is among the k best.

    Args:
        y: true classes, shape (batch,).
        s: scores, shape (batch, classes).
        k: number of guesses.

    Returns:
        A scalar.
    """
    of_truth = ops.take_along_axis(s, ops.cast(y, "int32")[:, None], axis=1)
    better = ops.sum(ops.cast(s > of_truth, "int32"), axis=1)
    return ops.mean(ops.cast(better < k, "float32"))


def auc(y, s):
    """Area under the ROC curve.

    Args:
        y: labels 0 and 1, shape (batch,).
        s: scores, shape (batch,).

    Returns:
        A scalar.
    """
    positive, negative = ops.cast(y == 1, "float32"), ops.cast(y == 0, "float32")
    difference = s[:, None] - s[None, :]
    wins = ops.cast(difference > 0, "float32")
    pairs = positive[:, None] * negative[None, :]
    return ops.sum(pairs * wins) / ops.sum(pairs)


def _ratio(a, b):
    return ops.where(b > 0, a / ops.where(b > 0, b, 1.0), 0.0)
