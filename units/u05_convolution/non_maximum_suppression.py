"""Non-maximum suppression: of boxes that overlap much, only the one with the highest score is kept (§6.6)."""

import numpy as np
from keras import ops

import course
from course.validation import array, floats
from units.u05_convolution.boxes import checked
from units.u05_convolution.intersection_over_union import iou_matrix
from units.u05_convolution.required_shape import require_shape


@course.fused
def survivors(boxes, scores, threshold=0.5, classes=None):
    """Say which boxes are kept.

    kept_j  ⟺  there is no box i with  kept_i,  i before j,  IoU(i, j) > τ

    i is before j if it has the higher score; of equal scores, the one that comes first in the list. A box that was
    removed does not remove others. The first box is kept, which decides about the second one, and so on: the rule is
    applied to all boxes at once until nothing changes. Every round is right for at least one box more.

    Args:
        boxes: left, top, right, bottom, shape (…, boxes, 4); leading axes are those of a batch.
        scores: shape (…, boxes).
        threshold: τ.
        classes: class numbers, shape (…, boxes): then boxes of different classes do not remove one another. Or None.

    Returns:
        Booleans, shape (…, boxes). All shapes are known, so that it can be compiled.

    Raises:
        ValueError: the scores or classes do not fit the boxes.
    """
    boxes, scores = checked(boxes), floats(scores)
    _same_shape("scores", scores, boxes)
    positions = ops.arange(boxes.shape[-2])
    s_i, s_j = scores[..., :, None], scores[..., None, :]
    first = ops.logical_and(ops.equal(s_i, s_j), positions[:, None] < positions[None, :])
    # i before j, IoU(i, j) > τ
    overlap = iou_matrix(boxes, boxes)
    many = overlap > ops.cast(threshold, overlap.dtype)
    may_remove = ops.logical_and(ops.logical_or(s_i > s_j, first), many)
    if classes is not None:
        classes = ops.convert_to_tensor(classes)
        _same_shape("classes", classes, boxes)
        same = ops.equal(classes[..., :, None], classes[..., None, :])
        may_remove = ops.logical_and(may_remove, same)

    def changes(kept, before):
        return ops.any(ops.not_equal(kept, before))

    def again(kept, before):
        removed = ops.any(ops.logical_and(kept[..., :, None], may_remove), axis=-2)
        return ops.logical_not(removed), kept

    nobody = ops.zeros_like(scores, dtype="bool")
    kept, _ = ops.while_loop(changes, again, (ops.logical_not(nobody), nobody))
    return kept


def non_maximum_suppression(boxes, scores, threshold=0.5, classes=None, least=0.0, most=None):
    """The boxes of one image that are kept, the highest score first.

    Args:
        boxes, scores, threshold, classes: as in ``survivors``, shapes (boxes, 4) and (boxes,).
        least: boxes with a lower score are left out.
        most: at most so many boxes are returned; None for all.

    Returns:
        Indices of the boxes, a NumPy array.
    """
    kept = ops.convert_to_numpy(survivors(boxes, scores, threshold, classes))
    return _chosen(kept, ops.convert_to_numpy(scores), least, most)


def suppress(boxes, scores, classes, threshold=0.5, least=0.0, most=None):
    """Suppression within each class for a batch of images, which is compiled once.

    Args:
        boxes, scores, classes: NumPy arrays (batch, boxes, 4), (batch, boxes) and (batch, boxes).
        threshold, least, most: as in ``non_maximum_suppression``.

    Returns:
        For every image ``(boxes, scores, classes)`` of the boxes that are kept, the highest score first.

    Raises:
        ValueError: boxes have another shape, or the scores or classes do not fit them.
    """
    boxes, scores, classes = (array(a) for a in (boxes, scores, classes))
    require_shape("boxes", boxes, "batch", "boxes", 4)
    kept = ops.convert_to_numpy(
        _compiled_survivors(
            ops.convert_to_tensor(boxes),
            ops.convert_to_tensor(scores),
            ops.convert_to_tensor(threshold, "float32"),
            ops.convert_to_tensor(classes),
        )
    )
    chosen = [_chosen(*image, least, most) for image in zip(kept, scores, strict=True)]
    return [(boxes[i, c], scores[i, c], classes[i, c]) for i, c in enumerate(chosen)]


# one program for every batch of these shapes and every threshold
_compiled_survivors = course.compiled(survivors)


def _chosen(kept, scores, least, most):
    # a box never removes one with a higher score: it makes no difference whether those below `least` were there
    chosen = np.flatnonzero(kept & (scores >= least))
    return chosen[np.argsort(-scores[chosen], kind="stable")][:most]


def _same_shape(name, values, boxes):
    if tuple(values.shape) != tuple(boxes.shape[:-1]):
        raise ValueError(
            f"{name} has shape {tuple(values.shape)}; boxes of shape {tuple(boxes.shape)} need one for each box."
        )
