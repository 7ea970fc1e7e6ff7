"""How well two boxes agree: intersection over union, and variants with a slope for disjoint boxes (§6.6)."""

import math

from keras import ops

import course
from units.u05_convolution.boxes import area, checked, edges
from units.u05_convolution.one_dtype import of_one_dtype
from units.u05_convolution.required_shape import require_broadcast


@course.fused
def iou(first, second):
    """The area that two boxes share, divided by the area that they cover together.

    IoU = |A ∩ B| / |A ∪ B|,    |A ∪ B| = |A| + |B| − |A ∩ B|

    It is 1 for equal boxes and 0 for disjoint ones, and does not depend on the unit of length. Two boxes without area
    have IoU 0.

    Args:
        first, second: A and B as left, top, right, bottom, shapes (…, 4) that broadcast to one another.

    Returns:
        Shape (…).

    Raises:
        ValueError: the last axis does not hold four numbers, or the shapes do not broadcast.

    Example:
    >>> round(float(iou([0, 0, 2, 2], [1, 0, 3, 2])), 4)    # 2 / 6
    0.3333
    """
    intersection, union = _intersection_and_union(first, second)
    # IoU = |A ∩ B| / |A ∪ B|
    return _divide(intersection, union)


@course.fused
def iou_matrix(first, second):
    """The IoU of every box of one list with every box of another.

    Args:
        first: shape (…, boxes, 4).
        second: shape (…, others, 4).

    Returns:
        Shape (…, boxes, others).

    Raises:
        ValueError: a single box in place of a list, or as in ``iou``.
    """
    first, second = checked(first), checked(second)
    for name, boxes in (("first", first), ("second", second)):
        if len(boxes.shape) < 2:
            raise ValueError(
                f"{name} must have shape (…, boxes, 4), and has {tuple(boxes.shape)}: write [box] for a single box."
            )
    return iou(first[..., :, None, :], second[..., None, :, :])


@course.fused
def giou(first, second):
    """Generalized IoU: it falls from 0 towards −1 as disjoint boxes move apart.

    GIoU = IoU − (|H| − |A ∪ B|) / |H|,    H the smallest box that contains both

    Args, shapes: as in ``iou``.

    References: Rezatofighi et al., "Generalized intersection over union" (2019).
    """
    intersection, union = _intersection_and_union(first, second)
    hull = area(_hull(first, second))
    # GIoU = IoU − (|H| − |A ∪ B|) / |H|
    return _divide(intersection, union) - _divide(hull - union, hull)


@course.fused
def diou(first, second):
    """Distance IoU: the squared distance of the centres, relative to the diagonal of H, is subtracted.

    DIoU = IoU − ‖c_A − c_B‖² / ‖diagonal of H‖²

    Args, shapes: as in ``iou``.

    References: Zheng et al., "Distance-IoU loss" (2020).
    """
    left, top, right, bottom = edges(_hull(first, second))
    (x, y), (other_x, other_y) = (_centre(boxes) for boxes in _of_one_dtype(first, second))
    # DIoU = IoU − ‖c_A − c_B‖² / ‖diagonal of H‖²
    distance = (x - other_x) ** 2 + (y - other_y) ** 2
    return iou(first, second) - _divide(distance, (right - left) ** 2 + (bottom - top) ** 2)


@course.fused
def ciou(first, second):
    """Complete IoU: the difference of the aspect ratios is subtracted from DIoU, too.

    CIoU = DIoU − v² / (1 − IoU + v),    v = (4/π²) (arctan(w_A / h_A) − arctan(w_B / h_B))²

    Args, shapes: as in ``iou``.

    References: Zheng et al., "Distance-IoU loss" (2020).
    """
    w_h, other_w_h = (_aspect(boxes) for boxes in _of_one_dtype(first, second))
    # v = (4/π²) (arctan(w_A / h_A) − arctan(w_B / h_B))²
    v = 4 / math.pi**2 * (w_h - other_w_h) ** 2
    # CIoU = DIoU − v² / (1 − IoU + v)
    return diou(first, second) - _divide(v * v, 1 - iou(first, second) + v)


def _of_one_dtype(first, second):
    first, second = checked(first), checked(second)
    require_broadcast("the boxes", first, second)
    return of_one_dtype(first, second)


def _intersection_and_union(first, second):
    first, second = _of_one_dtype(first, second)
    left, top, right, bottom = edges(first)
    other_left, other_top, other_right, other_bottom = edges(second)
    width = ops.minimum(right, other_right) - ops.maximum(left, other_left)
    height = ops.minimum(bottom, other_bottom) - ops.maximum(top, other_top)
    # |A ∩ B|: a negative width or height means that the boxes are disjoint
    intersection = ops.maximum(width, 0) * ops.maximum(height, 0)
    # |A ∪ B| = |A| + |B| − |A ∩ B|
    return intersection, area(first) + area(second) - intersection


def _hull(first, second):
    first, second = _of_one_dtype(first, second)
    left, top, right, bottom = edges(first)
    other_left, other_top, other_right, other_bottom = edges(second)
    sides = (
        ops.minimum(left, other_left),
        ops.minimum(top, other_top),
        ops.maximum(right, other_right),
        ops.maximum(bottom, other_bottom),
    )
    return ops.stack(sides, axis=-1)


def _centre(boxes):
    left, top, right, bottom = edges(boxes)
    return (left + right) / 2, (top + bottom) / 2


def _aspect(boxes):
    left, top, right, bottom = edges(boxes)
    return ops.arctan2(right - left, bottom - top)


def _divide(numerator, denominator):
    """The quotient, and 0 where the denominator is 0; the unused branch must not divide by 0 either."""
    there = denominator > 0
    return ops.where(there, numerator, 0) / ops.where(there, denominator, 1)
