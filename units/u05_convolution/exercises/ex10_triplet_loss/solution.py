"""The triplet loss: its gradients by hand, and the choice of triplets in a batch."""

from keras import ops


def loss_and_gradients(anchor, positive, negative, margin):
    """The mean triplet loss of triplets in rows, and its gradients.

    C = (1/n) ∑_i max(0, ‖a_i − p_i‖² − ‖a_i − n_i‖² + m)

    Args:
        anchor, positive, negative: embeddings, shape (batch, features).
        margin: m.

    Returns:
        ``(C, ∂C/∂anchor, ∂C/∂positive, ∂C/∂negative)``: a number and three arrays of the shape (batch, features).
    """
    near = ops.sum(ops.square(anchor - positive), axis=1)
    far = ops.sum(ops.square(anchor - negative), axis=1)
    losses = ops.maximum(near - far + margin, 0)
    active = ops.cast(losses > 0, anchor.dtype)[:, None]
    scale = 2 * active / anchor.shape[0]
    return (
        ops.mean(losses),
        scale * (negative - positive),
        scale * (positive - anchor),
        scale * (anchor - negative),
    )


def hardest(squared, y):
    """For each anchor the indices of its farthest positive and of its nearest negative.

    Args:
        squared: squared distances, shape (batch, batch).
        y: identities, shape (batch,).

    Returns:
        ``(positive, negative)``: two integer arrays (batch,); −1 where there is none.
    """
    same = ops.equal(y[:, None], y[None, :])
    is_positive = ops.logical_and(same, ops.logical_not(ops.eye(y.shape[0], dtype="bool")))
    is_negative = ops.logical_not(same)
    positive = ops.argmax(ops.where(is_positive, squared, -float("inf")), axis=1)
    negative = ops.argmin(ops.where(is_negative, squared, float("inf")), axis=1)
    return (
        ops.where(ops.any(is_positive, axis=1), positive, -1),
        ops.where(ops.any(is_negative, axis=1), negative, -1),
    )


def semi_hard(squared, y, margin):
    """For each anchor and positive the farthest negative inside the margin.

    Δ²_ij < Δ²_ik < Δ²_ij + m

    Args:
        squared: squared distances, shape (batch, batch).
        y: identities, shape (batch,).
        margin: m.

    Returns:
        The indices k, an integer array (batch, batch) with the axes anchor and positive; −1 where j is no positive of
        i, and where there is no such negative.
    """
    same = ops.equal(y[:, None], y[None, :])
    is_positive = ops.logical_and(same, ops.logical_not(ops.eye(y.shape[0], dtype="bool")))
    near, far = squared[:, :, None], squared[:, None, :]
    inside = ops.logical_and(far > near, far < near + margin)
    candidate = ops.logical_and(inside, ops.logical_not(same)[:, None, :])
    index = ops.argmax(ops.where(candidate, far, -float("inf")), axis=2)
    return ops.where(ops.logical_and(is_positive, ops.any(candidate, axis=2)), index, -1)
