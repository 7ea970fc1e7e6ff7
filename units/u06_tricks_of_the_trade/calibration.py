"""Is a predicted probability of 80% right in 80% of the cases? (§5.7)"""

import numpy as np

from course.validation import array, group_labels, scores


def calibration_error(y, p_hat, bins=10):
    """The expected calibration error, and what it is made of.

    ECE = ∑_b (n_b / n) |accuracy_b − confidence_b|

    Samples are sorted into bins of equal width by their confidence, the largest predicted probability.

    Args:
        y: class numbers, shape (batch,).
        p_hat: predicted probabilities, shape (batch, classes).
        bins: how many.

    Returns:
        ``(ECE, table)``; a row of the table holds n_b, the mean confidence and the accuracy of a bin that is not empty.

    Raises:
        ValueError: p_hat holds no probabilities.

    References: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks" (2017).
    """
    p_hat = class_probabilities(scores(p_hat, name="p_hat"))
    y = group_labels(array(y), rows=len(p_hat))
    confidence, right = p_hat.max(axis=1), p_hat.argmax(axis=1) == y
    of_bin = np.minimum((confidence * bins).astype(int), bins - 1)
    rows = [
        (np.sum(of_bin == b), confidence[of_bin == b].mean(), right[of_bin == b].mean())
        for b in np.unique(of_bin)
    ]
    table = np.array(rows)
    # ∑_b (n_b / n) |accuracy_b − confidence_b|
    return float(np.sum(table[:, 0] / len(y) * np.abs(table[:, 2] - table[:, 1]))), table


def class_probabilities(p, name="p_hat"):
    """Probabilities float64, of the shape of p, after a look at their values; the last axis is that of the classes.

    Raises:
        ValueError: a negative number, NaN, or classes whose sum is not 1, such as those of logits.
    """
    p = np.asarray(p, "float64")
    if not (np.all(p >= 0) and np.all(np.abs(p.sum(axis=-1) - 1) < 1e-3)):
        raise ValueError(
            f"{name} must hold probabilities, which are at least 0 and sum to 1 for each sample; "
            "of logits take softmax."
        )
    return p
