"""How much two boxes overlap."""

from keras import ops


def iou(first, second):
    """The intersection over union of every pair of boxes.

    IoU = |A ∩ B| / (|A| + |B| − |A ∩ B|)

    Args:
        first: boxes as centre and size (x, y, w, h), shape (boxes, 4).
        second: the same, shape (others, 4).

    Returns:
        Shape (boxes, others).
    """
    x, y, w, h = (first[:, None, i] for i in range(4))
    other_x, other_y, other_w, other_h = (second[None, :, i] for i in range(4))
    width = ops.minimum(x + w / 2, other_x + other_w / 2) - ops.maximum(x - w / 2, other_x - other_w / 2)
    height = ops.minimum(y + h / 2, other_y + other_h / 2) - ops.maximum(y - h / 2, other_y - other_h / 2)
    intersection = ops.maximum(width, 0) * ops.maximum(height, 0)
    return intersection / (w * h + other_w * other_h - intersection)


def match(first, second, threshold):
    """For every box of one list the best box of another.

    Args:
        first: shape (boxes, 4).
        second: shape (others, 4), at least one box.
        threshold: τ.

    Returns:
        Integers, shape (boxes,): the index of the box of ``second`` with the largest IoU, and −1 where this IoU is
        smaller than τ.
    """
    overlap = iou(first, second)
    return ops.where(ops.max(overlap, axis=1) >= threshold, ops.argmax(overlap, axis=1), -1)
