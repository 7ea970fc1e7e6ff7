"""Top-k accuracy: is the truth among the k best guesses? (§2.2)."""

from keras import ops

import course
from course import validation


def top_k_accuracy(y, scores, k):
    """Share of samples whose true class has one of the k largest scores.

    top-k = (1/n) #{i : #{l : s_il > s_{i, y_i}} < k}

    A class that ties with the truth does not count against it.

    Args:
        y: true classes, shape (batch,).
        scores: s, shape (batch, classes).
        k: number of guesses; k = 1 is the accuracy.

    Returns:
        A scalar in [0, 1].

    Raises:
        ValueError: if k is not between 1 and K, a label is no class, or a score is NaN: it would be larger than none
            and smaller than none.

    Example:
        >>> print(float(top_k_accuracy([0, 1], [[0.2, 0.5, 0.3], [0.1, 0.8, 0.1]], k=1)))
        0.5
    """
    scores = ops.convert_to_tensor(validation.scores(scores), "float32")
    y = validation.class_labels(y, scores.shape[1], shape=(scores.shape[0],))
    if not 1 <= k <= scores.shape[1]:
        raise ValueError(f"k must lie between 1 and K = {scores.shape[1]}, got {k}.")
    return _accuracy(y, scores, k)


@course.fused
def _accuracy(y, scores, k):
    of_truth = ops.take_along_axis(scores, y[:, None], axis=1)
    # #{l : s_il > s_{i, y_i}}
    better = ops.sum(ops.cast(scores > of_truth, "int32"), axis=1)
    # (1/n) #{i : #{l : s_il > s_{i, y_i}} < k}
    return ops.mean(ops.cast(better < k, "float32"))
