"""MixUp and CutMix from class numbers."""

import math

from keras import ops


def mix_up(x, y, order, weight, classes):
    """Mixed samples and shares of the classes.

    Args:
        x: samples, shape (batch, …).
        y: class numbers, shape (batch,).
        order: the index of each partner, shape (batch,).
        weight: λ, shape (batch,).
        classes: number of classes.

    Returns:
        ``(x̃, ỹ)``, the shapes (batch, …) and (batch, classes).
    """
    of_samples = ops.reshape(weight, (-1,) + (1,) * (len(x.shape) - 1))
    of_labels = weight[:, None]
    one_hot = ops.one_hot(y, classes)
    mixed = of_samples * x + (1 - of_samples) * ops.take(x, order, axis=0)
    return mixed, of_labels * one_hot + (1 - of_labels) * ops.take(one_hot, order, axis=0)


def cut_box(row, column, weight, height, width):
    """The box that CutMix replaces in one image.

    Args:
        row, column: the centre, numbers.
        weight: λ, a number.
        height, width: of the image.

    Returns:
        ``[top, bottom, left, right]``, four ints.
    """
    side = math.sqrt(1 - weight)
    box = []
    for centre, size in ((row, height), (column, width)):
        for end in (centre - side * size / 2, centre + side * size / 2):
            box.append(min(max(round(end), 0), size))
    return box


def share_kept(box, height, width):
    """The share of the image outside of a box.

    Args:
        box: ``[top, bottom, left, right]``.
        height, width: of the image.

    Returns:
        A number in [0, 1].
    """
    top, bottom, left, right = box
    return 1 - (bottom - top) * (right - left) / (height * width)


def mixed_cost(u, y, partner, weight):
    """The mean cross-entropy of mixed labels.

    Args:
        u: logits, shape (batch, classes).
        y, partner: class numbers, shape (batch,).
        weight: λ, shape (batch,).

    Returns:
        A number.
    """
    own = ops.take_along_axis(u, y[:, None], axis=1)[:, 0]
    other = ops.take_along_axis(u, partner[:, None], axis=1)[:, 0]
    return ops.mean(ops.logsumexp(u, axis=1) - weight * own - (1 - weight) * other)
