"""Average precision: one number for a detector, from its boxes, their scores and the true boxes (§6.6)."""

import numpy as np


def hits(boxes, true_boxes, threshold=0.5):
    """Say which boxes of one image and one class find a true box that no box before them has found.

    Every box takes the true box with the largest IoU among those that are still free, if this IoU is at least τ. A
    second box on the same object is a false alarm, however good it is.

    Args:
        boxes: in the order of falling scores, shape (boxes, 4).
        true_boxes: shape (objects, 4).
        threshold: τ.

    Returns:
        Booleans, a NumPy array (boxes,).
    """
    found = np.zeros(len(boxes), bool)
    if len(boxes) == 0 or len(true_boxes) == 0:
        return found
    overlap = overlaps(np.asarray(boxes, "float64"), np.asarray(true_boxes, "float64"))
    for i, row in enumerate(overlap):
        j = row.argmax()
        if row[j] >= threshold:
            found[i] = True
            overlap[:, j] = -1  # not free any more
    return found


def overlaps(boxes, others):
    """``iou_matrix`` in NumPy: images hold different numbers of boxes, and a backend would compile for each of them.

    As there, a box without area has the IoU 0 with every box.
    """
    corner = np.maximum(boxes[:, None, :2], others[None, :, :2])
    opposite = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.maximum(opposite - corner, 0), axis=-1)
    area, other_area = (np.prod(np.maximum(b[:, 2:] - b[:, :2], 0), axis=-1) for b in (boxes, others))
    union = area[:, None] + other_area[None, :] - shared
    return np.divide(shared, union, out=np.zeros(shared.shape), where=union > 0)


def precision_recall(found, scores, objects):
    """Precision and recall for every threshold of the score.

    P = true positives / boxes with at least this score,    R = true positives / objects

    Args:
        found: whether a box is a true positive, shape (boxes,).
        scores: shape (boxes,).
        objects: the number of true boxes, found or not.

    Returns:
        ``(precision, recall)``, one entry for each different score, the highest first. Boxes of equal scores enter
        together, so that their order does not matter.

    Raises:
        ValueError: there is not one score for each box, or there are no objects.
    """
    found, scores = np.asarray(found, bool), np.asarray(scores, "float64")
    if found.shape != scores.shape or found.ndim != 1:
        raise ValueError(
            f"found has shape {found.shape} and scores {scores.shape}; both have shape (boxes,)."
        )
    if objects < max(found.sum(), 1):
        raise ValueError(
            f"{found.sum()} boxes are true positives, but there are {objects} objects: "
            "objects is the number of all true boxes, at least 1."
        )
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))  # the last box of every score
    true_positives = np.cumsum(found[order])[last]
    return true_positives / (last + 1), true_positives / objects


def average_precision(precision, recall, interpolate=True):
    """The area under the curve of precision over recall.

    AP = ∑_n (R_n − R_{n−1}) P_n

    With interpolation P_n is the best precision at this recall or a higher one, max_{n′ ≥ n} P_{n′}: the rule of the
    benchmark VOC since 2010. COCO takes the same best precision at the 101 recalls 0, 0.01, …, 1 only, and their mean
    (exercise ex12). Without interpolation, AP is scikit-learn's. Recall that is never reached adds nothing.

    Args:
        precision, recall: as ``precision_recall`` returns them, recall rising.
        interpolate: whether to take the best precision at this recall or a higher one.
    """
    precision, recall = np.asarray(precision, "float64"), np.asarray(recall, "float64")
    if interpolate:
        # max_{n′ ≥ n} P_{n′}
        precision = np.maximum.accumulate(precision[::-1])[::-1]
    # AP = ∑_n (R_n − R_{n−1}) P_n
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def mean_average_precision(detections, truths, classes, threshold=0.5):
    """mAP: the mean of the average precisions of all classes that occur in the truth.

    Args:
        detections: for every image ``(boxes, scores, classes)``, shapes (boxes, 4), (boxes,), (boxes,).
        truths: for every image ``(boxes, classes)``, shapes (objects, 4), (objects,).
        classes: how many classes there are.
        threshold: τ, the IoU from which a box counts as found; mAP@0.5 has τ = 0.5.

    Returns:
        ``(mean, by_class)``: a number and a NumPy array (classes,), NaN for a class without objects.

    Raises:
        ValueError: there is not one detection for each truth, not one score and class for each box, a class that is
            not below ``classes``, or no object at all.
    """
    if len(detections) != len(truths):
        raise ValueError(f"There are detections of {len(detections)} images and truths of {len(truths)}.")
    largest = max((np.max(names) for *_, names in [*detections, *truths] if len(names)), default=-1)
    if largest >= classes:
        raise ValueError(f"The classes are numbered 0, …, {classes - 1}, and one is {largest}.")
    by_class = np.full(classes, np.nan)
    for k in range(classes):
        found, scores, objects = found_of_class(detections, truths, k, threshold)
        if objects:
            by_class[k] = average_precision(*precision_recall(found, scores, objects))
    if np.isnan(by_class).all():
        raise ValueError("No image holds an object: average precision is not defined.")
    return float(np.nanmean(by_class)), by_class


def found_of_class(detections, truths, k, threshold=0.5):
    """The boxes of one class in all images: whether each is a true positive, its score, and the number of objects."""
    found, all_scores, objects = [], [], 0
    for (boxes, scores, names), (true_boxes, true_names) in zip(detections, truths, strict=True):
        boxes, scores = _of_class(k, boxes, names), _of_class(k, scores, names)
        true_boxes = _of_class(k, true_boxes, true_names)
        order = np.argsort(-scores, kind="stable")
        found.append(hits(boxes[order], true_boxes, threshold))
        all_scores.append(scores[order])
        objects += len(true_boxes)
    return np.concatenate(found), np.concatenate(all_scores), objects


def _of_class(k, values, names):
    """The entries of one image that belong to class k."""
    values, names = np.asarray(values), np.asarray(names)
    if len(values) != len(names):
        raise ValueError(
            f"An image has {len(names)} classes, and boxes or scores of the length {len(values)}: give one of each for "
            "every box."
        )
    return values[names == k] if len(names) else values
