"""Suppression of boxes that overlap: hard and soft."""

import numpy as np


# given
def iou_matrix(first, second):
    """The IoU of every box of one list with every box of another, shape (boxes, others)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=-1)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1) for boxes in (first, second)]
    return shared / (areas[0][:, None] + areas[1][None, :] - shared)


def removed_by(boxes, scores, classes, threshold):
    """Greedy suppression within each class, told by who removed whom.

    Args:
        boxes: left, top, right, bottom, shape (boxes, 4).
        scores: all different, shape (boxes,).
        classes: class numbers, shape (boxes,).
        threshold: τ; an IoU larger than this removes.

    Returns:
        Integers, shape (boxes,): −1 for a box that is kept, otherwise the index of the kept box that removed it,
        of several the one with the highest score.
    """
    overlap = iou_matrix(boxes, boxes)
    result, kept = np.full(len(boxes), -1), []
    for i in np.argsort(-scores):
        for j in kept:
            if classes[i] == classes[j] and overlap[i, j] > threshold:
                result[i] = j
                break
        else:
            kept.append(i)
    return result


def soft_scores(boxes, scores, rate):
    """Soft suppression: scores fall by exp(−ρ IoU²) with each box that is chosen before.

    Args:
        boxes: left, top, right, bottom, shape (boxes, 4).
        scores: shape (boxes,).
        rate: ρ.

    Returns:
        The final scores in the order of the input, shape (boxes,).
    """
    overlap = iou_matrix(boxes, boxes)
    scores, chosen = np.array(scores, "float64"), np.zeros(len(boxes), bool)
    for _ in range(len(boxes)):
        best = np.argmax(np.where(chosen, -np.inf, scores))
        chosen[best] = True
        scores = np.where(chosen, scores, scores * np.exp(-rate * overlap[best] ** 2))
    return scores
