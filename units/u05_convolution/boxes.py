"""Boxes: the formats in which four numbers describe a rectangle, and how a box moves with its image (§6.6)."""

import numpy as np
from keras import ops

import course
from course.validation import floats

FORMATS = ("xyxy", "yxyx", "xywh", "center_xywh")


def convert(boxes, source, target, height=None, width=None):
    """The same boxes in another format.

    ==================  =================================================
    format              the four numbers
    ==================  =================================================
    ``xyxy``            left, top, right, bottom edge
    ``yxyx``            top, left, bottom, right edge
    ``xywh``            left and top edge, width, height
    ``center_xywh``     the centre's column and row, width, height
    ``rel_…``           any of them, divided by the image's width or height
    ==================  =================================================

    The names are Keras's (``keras.utils.bounding_boxes.convert_format``). Pixels are counted as edges: a box that
    covers the columns 3, 4 and 5 has left 3, right 6 and width 3. All functions of this unit take ``xyxy`` in pixels.

    Args:
        boxes: shape (…, 4).
        source, target: names of formats.
        height, width: of the image in pixels; needed where a format is relative.

    Returns:
        A tensor of floats, shape (…, 4).

    Raises:
        ValueError: an unknown format, another shape, or no size of the image where one is needed.

    Example:
    >>> ops.convert_to_numpy(convert([[2, 1, 6, 4]], "xyxy", "center_xywh"))
    array([[4. , 2.5, 4. , 3. ]], dtype=float32)
    """
    boxes = checked(boxes)
    for name in (source, target):
        if name.removeprefix("rel_") not in FORMATS:
            raise ValueError(f"The formats are {', '.join(FORMATS)}, with or without rel_, not {name!r}.")
        if name.startswith("rel_") and (height is None or width is None):
            raise ValueError(f"The format {name} is relative to the image: give its height and width.")
    if source.startswith("rel_"):
        boxes = boxes * _scale(source, height, width, boxes.dtype)
    boxes = _from_edges(_to_edges(boxes, source.removeprefix("rel_")), target.removeprefix("rel_"))
    if target.startswith("rel_"):
        boxes = boxes / _scale(target, height, width, boxes.dtype)
    return boxes


def require_boxes(boxes):
    """Raise a ``ValueError`` if targets are no boxes (left, top, right, bottom), such as (left, top, width, height).

    Args:
        boxes: a NumPy array, shape (…, 4).
    """
    left, top, right, bottom = np.moveaxis(boxes, -1, 0)
    if not (np.isfinite(boxes).all(axis=-1) & (left < right) & (top < bottom)).all():
        raise ValueError(
            "Boxes are left, top, right and bottom edge in pixels, with left < right and top < bottom: convert other "
            'formats with convert(boxes, "xywh", "xyxy").'
        )


@course.fused
def area(boxes):
    """Width times height, shape (…); 0 if the right edge is left of the left one, or the bottom above the top."""
    left, top, right, bottom = edges(boxes)
    return ops.maximum(right - left, 0) * ops.maximum(bottom - top, 0)


@course.fused
def clip(boxes, height, width):
    """The part of every box that lies in the image."""
    left, top, right, bottom = edges(boxes)
    left, right = ops.clip(left, 0, width), ops.clip(right, 0, width)
    top, bottom = ops.clip(top, 0, height), ops.clip(bottom, 0, height)
    return ops.stack([left, top, right, bottom], axis=-1)


@course.fused
def flip(boxes, width):
    """The boxes of an image whose columns are reversed: the edge at x is then at width − x."""
    left, top, right, bottom = edges(boxes)
    return ops.stack([width - right, top, width - left, bottom], axis=-1)


def checked(boxes):
    """Boxes as a tensor of floats.

    Raises:
        ValueError: the last axis does not hold four numbers.
    """
    boxes = floats(boxes)
    if len(boxes.shape) == 0 or boxes.shape[-1] != 4:
        raise ValueError(f"Boxes have shape (…, 4), not {tuple(boxes.shape)}.")
    return boxes


def edges(boxes):
    """Left, top, right and bottom, each of shape (…)."""
    boxes = checked(boxes)
    return boxes[..., 0], boxes[..., 1], boxes[..., 2], boxes[..., 3]


def _to_edges(boxes, name):
    a, b, c, d = (boxes[..., i] for i in range(4))
    if name == "yxyx":
        a, b, c, d = b, a, d, c
    elif name == "xywh":
        c, d = a + c, b + d
    elif name == "center_xywh":
        a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
    return a, b, c, d


def _from_edges(sides, name):
    left, top, right, bottom = sides
    four = {
        "xyxy": (left, top, right, bottom),
        "yxyx": (top, left, bottom, right),
        "xywh": (left, top, right - left, bottom - top),
        "center_xywh": ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top),
    }[name]
    return ops.stack(four, axis=-1)


def _scale(name, height, width, dtype):
    rows_first = name.removeprefix("rel_") == "yxyx"
    return ops.convert_to_tensor([height, width] * 2 if rows_first else [width, height] * 2, dtype)
