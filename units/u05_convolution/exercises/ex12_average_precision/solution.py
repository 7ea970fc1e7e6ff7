"""Average precision with difficult objects, at 101 values of recall, over ten thresholds."""

import numpy as np


def match(overlap, difficult, threshold):
    """Say of every box whether it finds an object that no box before it has found.

    Args:
        overlap: IoU of the boxes, the highest score first, with the objects, shape (boxes, objects).
        difficult: which objects need not be found, booleans (objects,).
        threshold: τ.

    Returns:
        Integers, shape (boxes,): 1 for a true positive, 0 for a false alarm, −1 for a box on a difficult object.
    """
    difficult = np.asarray(difficult, bool)
    free, found = ~difficult, np.zeros(len(overlap), int)
    for i, row in enumerate(overlap):
        candidates = np.where(free, row, -1)
        best = np.argmax(candidates)
        if candidates[best] >= threshold:
            found[i], free[best] = 1, False
        elif np.any(row[difficult] >= threshold):
            found[i] = -1
    return found


def average_precision(found, objects):
    """The mean of the best precision over the recalls 0, 0.01, …, 1.

    AP = (1/101) ∑_k max {P_n : R_n ≥ k/100},    k = 0, …, 100

    Args:
        found: 1, 0 or −1 for each box in the order of falling scores, shape (boxes,); −1 is left out.
        objects: the number of objects that are not difficult, at least 1.

    Returns:
        AP, a number.
    """
    found = found[found >= 0]
    positives = np.cumsum(found)
    precision, recall = positives / np.arange(1, len(found) + 1), positives / objects
    best = [np.max(precision[recall >= k / 100 - 1e-9], initial=0) for k in range(101)]
    return np.mean(best)


def over_thresholds(overlap, difficult):
    """The mean of the average precisions for τ = 0.5, 0.55, …, 0.95.

    Args:
        overlap: shape (boxes, objects), the highest score first.
        difficult: booleans, shape (objects,); at least one is False.

    Returns:
        A number.
    """
    objects = np.sum(~np.asarray(difficult, bool))
    return np.mean([average_precision(match(overlap, difficult, 0.5 + 0.05 * k), objects) for k in range(10)])
