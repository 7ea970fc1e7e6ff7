"""The triplet loss, and which triplets of a batch it is computed from (§6.6)."""

from keras import ops

import course
from course.validation import class_labels, floats

MININGS = ("all", "semi_hard", "hard")


@course.fused
def distance_matrix(f):
    """The squared distances of all rows to all rows.

    Δ_ij² = ‖f_i‖² − 2 f_iᵀ f_j + ‖f_j‖²

    Args:
        f: embeddings, shape (batch, features).

    Returns:
        Δ², shape (batch, batch); the diagonal is 0, and rounding gives no negative number.
    """
    f = floats(f)
    if len(f.shape) != 2:
        raise ValueError(f"Embeddings have shape (batch, features), not {tuple(f.shape)}.")
    lengths = ops.sum(ops.square(f), axis=1)
    # Δ_ij² = ‖f_i‖² − 2 f_iᵀ f_j + ‖f_j‖²
    squared = lengths[:, None] - 2 * ops.matmul(f, ops.transpose(f)) + lengths[None, :]
    return ops.where(_diagonal(squared), ops.zeros_like(squared), ops.maximum(squared, 0))


def _diagonal(matrix):
    """Whether an entry lies on the diagonal; a compiled step may not know the number of rows."""
    i = ops.arange(ops.shape(matrix)[0])
    return ops.equal(i[:, None], i[None, :])


def triplet_loss(y, f, margin=0.2, mining="semi_hard"):
    """The loss of each image of a batch as an anchor.

    C(anchor, positive, negative) = max(0, Δ²(anchor, positive) − Δ²(anchor, negative) + m)

    A positive is another image of the anchor's identity, a negative an image of another one. The loss of an anchor is
    the mean over triplets that ``mining`` selects:

        all         every positive with every negative
        semi_hard   every positive with the nearest negative that is farther away than the positive; if there is none,
                    with the farthest negative
        hard        the farthest positive with the nearest negative

    Args:
        y: the identities, shape (batch,) or (batch, 1).
        f: embeddings, shape (batch, features).
        margin: m.
        mining: one of the names above.

    Returns:
        Losses, shape (batch,). An anchor without a positive or without a negative has the loss 0.

    Raises:
        ValueError: an unknown mining, a margin that is not positive, or labels that do not fit.

    References: §6.6; Schroff, Kalenichenko and Philbin, "FaceNet" (2015), semi-hard; Hermans, Beyer and Leibe, "In
    defense of the triplet loss for person re-identification" (2017), hard.
    """
    if mining not in MININGS:
        raise ValueError(f"mining is one of {', '.join(MININGS)}, not {mining!r}.")
    if margin <= 0:
        raise ValueError(f"The margin must be positive, not {margin!r}.")
    squared = distance_matrix(f)
    return _losses(squared, class_labels(y, shape=(squared.shape[0],)), margin, mining)


@course.fused(static=("mining",))
def _losses(squared, y, margin, mining):
    same = ops.equal(y[:, None], y[None, :])
    positive = ops.logical_and(same, ops.logical_not(_diagonal(squared)))
    negative = ops.logical_not(same)
    losses = {"all": _all, "semi_hard": _semi_hard, "hard": _hard}[mining](
        squared, positive, negative, margin
    )
    complete = ops.logical_and(ops.any(positive, axis=1), ops.any(negative, axis=1))
    return ops.where(complete, losses, ops.zeros_like(losses))


def _hard(squared, positive, negative, margin):
    # the farthest positive and the nearest negative of each anchor
    far = ops.max(ops.where(positive, squared, -float("inf")), axis=1)
    near = ops.min(ops.where(negative, squared, float("inf")), axis=1)
    return _hinge(far, near, margin)


def _semi_hard(squared, positive, negative, margin):
    # axes: anchor, positive, negative
    farther = ops.logical_and(negative[:, None, :], squared[:, None, :] > squared[:, :, None])
    near = ops.min(ops.where(farther, squared[:, None, :], float("inf")), axis=2)
    farthest = ops.max(ops.where(negative, squared, -float("inf")), axis=1)
    chosen = ops.where(ops.any(farther, axis=2), near, farthest[:, None])
    return _mean(_hinge(squared, chosen, margin), positive, axis=1)


def _all(squared, positive, negative, margin):
    # axes: anchor, positive, negative
    losses = _hinge(squared[:, :, None], squared[:, None, :], margin)
    return _mean(losses, ops.logical_and(positive[:, :, None], negative[:, None, :]), axis=(1, 2))


def _hinge(to_positive, to_negative, margin):
    # C = max(0, Δ²(anchor, positive) − Δ²(anchor, negative) + m)
    return ops.maximum(to_positive - to_negative + margin, 0)


def _mean(losses, chosen, axis):
    """The mean of the losses that were chosen; 0 where none was."""
    total = ops.sum(ops.where(chosen, losses, ops.zeros_like(losses)), axis=axis)
    return total / ops.maximum(ops.sum(ops.cast(chosen, losses.dtype), axis=axis), 1)
