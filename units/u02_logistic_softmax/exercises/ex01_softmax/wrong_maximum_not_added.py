"""Softmax and its logarithm, for logits of any size."""

from keras import ops


def log_sum_exp(z):
    """log Σ_k exp(z_k) over the last axis.

    Args:
        z: logits, of shape (batch, classes) or (..., classes).

    Returns:
        A tensor of shape (batch,), or (...).
    """
    m = ops.max(z, axis=-1, keepdims=True)
    return ops.log(ops.sum(ops.exp(z - m), axis=-1))


def softmax(z):
    """exp(z_k) / Σ_j exp(z_j) over the last axis.

    Args:
        z: logits, of shape (batch, classes) or (..., classes).

    Returns:
        A tensor of the shape of ``z``.
    """
    e = ops.exp(z - ops.max(z, axis=-1, keepdims=True))
    return e / ops.sum(e, axis=-1, keepdims=True)


def log_softmax(z):
    """The logarithm of the softmax, finite where the softmax rounds to 0.

    Args:
        z: logits, of shape (batch, classes) or (..., classes).

    Returns:
        A tensor of the shape of ``z``.
    """
    return ops.log(softmax(z))
