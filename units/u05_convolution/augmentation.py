"""Augmentation with targets: reversed images with their boxes, mixed images with mixed labels (§6.6)."""

from keras import ops

import course
from course.validation import floats, tensor
from units.u05_convolution.boxes import checked, flip
from units.u05_convolution.required_shape import require_shape


@course.fused
def reverse(x, boxes):
    """Images with their columns reversed, and their boxes.

    Args:
        x: images, shape (batch, height, width, channels).
        boxes: left, top, right, bottom in pixels, shape (batch, objects, 4).

    Returns:
        ``(images, boxes)`` of the same shapes.

    Raises:
        ValueError: the images or the boxes have another shape.
    """
    x, boxes = floats(x), checked(boxes)
    require_shape("x", x, "batch", "height", "width", "channels")
    require_shape("boxes", boxes, x.shape[0], "objects", 4)
    return ops.flip(x, axis=2), flip(boxes, x.shape[2])


@course.fused
def mix_up(x, y, order, weight):
    """Each image is mixed with a partner, and so are the labels.

    x̃_i = λ_i x_i + (1 − λ_i) x_{order(i)},    ỹ_i = λ_i y_i + (1 − λ_i) y_{order(i)}

    Args:
        x: images, shape (batch, height, width, channels).
        y: one row of shares for each image, such as one-hot labels, shape (batch, classes).
        order: which image is the partner, integers (batch,).
        weight: λ_i in [0, 1], shape (batch,); Beta(a, a) distributed in the paper.

    Returns:
        ``(x̃, ỹ)``.

    Raises:
        ValueError: there is not one row of shares, one partner and one weight for each image, or x holds no images.

    References: Zhang et al., "mixup: beyond empirical risk minimization" (2018).
    """
    x, y, weight, order = floats(x), floats(y), floats(weight), tensor(order)
    _require_fit(x, y, order)
    require_shape("weight", weight, x.shape[0])
    of_images = ops.cast(weight, x.dtype)[:, None, None, None]
    of_labels = ops.cast(weight, y.dtype)[:, None]
    # x̃_i = λ_i x_i + (1 − λ_i) x_{order(i)}
    mixed = of_images * x + (1 - of_images) * ops.take(x, order, axis=0)
    # ỹ_i = λ_i y_i + (1 − λ_i) y_{order(i)}
    return mixed, of_labels * y + (1 - of_labels) * ops.take(y, order, axis=0)


@course.fused
def cut_mix(x, y, order, boxes):
    """A box of each image is replaced by that of a partner; the labels are mixed by area.

    ỹ_i = (1 − s_i) y_i + s_i y_{order(i)},    s_i the share of the pixels inside the box

    Args:
        x, y, order: as in ``mix_up``.
        boxes: left, top, right, bottom, shape (batch, 4). A pixel belongs to a box if its column is at least left and
            smaller than right; the same for rows.

    Returns:
        ``(x̃, ỹ)``.

    Raises:
        ValueError: there is not one row of shares, one partner and one box for each image, or x holds no images.

    References: Yun et al., "CutMix" (2019).
    """
    x, y, boxes, order = floats(x), floats(y), floats(boxes), tensor(order)
    _require_fit(x, y, order)
    require_shape("boxes", boxes, x.shape[0], 4)
    rows = ops.arange(x.shape[1], dtype=boxes.dtype)[None, :, None, None]
    columns = ops.arange(x.shape[2], dtype=boxes.dtype)[None, None, :, None]
    left, top, right, bottom = (boxes[:, i, None, None, None] for i in range(4))
    inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    share = ops.mean(ops.cast(inside, y.dtype), axis=(1, 2))
    # ỹ_i = (1 − s_i) y_i + s_i y_{order(i)}
    mixed_labels = (1 - share) * y + share * ops.take(y, order, axis=0)
    return ops.where(inside, ops.take(x, order, axis=0), x), mixed_labels


def _require_fit(x, y, order):
    require_shape("x", x, "batch", "height", "width", "channels")
    if len(y.shape) == 1:
        raise ValueError(
            f"y must have shape (batch, classes), a row of shares for each image, and has {tuple(y.shape)}: of class "
            "numbers take keras.ops.one_hot(y, classes)."
        )
    require_shape("y", y, x.shape[0], "classes")
    require_shape("order", order, x.shape[0])
