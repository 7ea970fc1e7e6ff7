"""Softmax and its logarithm over the classes that are allowed, for logits of any size."""

from keras import ops


def log_sum_exp(z, allowed):
    """log ∑_k exp(z_k) over the allowed classes of the last axis.

    Args:
        z: logits, shape (batch, classes) or (..., classes).
        allowed: booleans of the shape of ``z``, at least one True in every row.

    Returns:
        A tensor of shape (batch,), or (...).
    """
    # A class that is not allowed adds e^{−∞} = 0 to the sum.
    z = ops.where(allowed, z, -float("inf"))
    m = ops.max(z, axis=-1, keepdims=True)
    # LSE(z) = m + log ∑_k e^{z_k − m}
    return ops.squeeze(m, axis=-1) + ops.log(ops.sum(ops.exp(z - m), axis=-1))


def softmax(z, allowed):
    """exp(z_k) / ∑_j exp(z_j), the sum over the allowed classes; 0 for a class that is not allowed.

    Args:
        z: logits, shape (batch, classes) or (..., classes).
        allowed: booleans of the shape of ``z``, at least one True in every row.

    Returns:
        A tensor of the shape of ``z``.
    """
    z = ops.where(allowed, z, -float("inf"))
    e = ops.exp(z - ops.max(z, axis=-1, keepdims=True))
    return e / ops.sum(e, axis=-1, keepdims=True)


def log_softmax(z, allowed):
    """The logarithm of the softmax, finite where the softmax rounds to 0; −∞ for a class that is not allowed.

    Args:
        z: logits, shape (batch, classes) or (..., classes).
        allowed: booleans of the shape of ``z``, at least one True in every row.

    Returns:
        A tensor of the shape of ``z``.
    """
    # log S_softmax(z)_k = z_k − LSE(z)
    return ops.where(allowed, z - ops.expand_dims(log_sum_exp(z, allowed), axis=-1), -float("inf"))
