"""Softmax and log-sum-exp for logits of any size (§3.3)."""

from keras import ops

from course.validation import floats


def log_sum_exp(z, axis=-1, keepdims=False):
    """The logarithm of a sum of exponentials, without leaving the range of the floats.

    LSE(z) = log ∑_k e^{z_k} = M + log ∑_k e^{z_k − M},   M = max_k z_k

    With the maximum taken out every exponent is ≤ 0 and one of them is 0: nothing overflows, and the
    logarithm's argument is at least 1.

    Args:
        z: logits z, by default of shape (batch, classes). Entries may be −∞ (a class ruled out).
        axis: the axis of the classes.
        keepdims: keep that axis with length 1.

    Returns:
        A tensor without ``axis``, by default of shape (batch,). The gradient is softmax(z). Where all entries of a row
        are −∞, the result is −∞ and the gradient is defined as 0: no finite change of one logit changes it.

    References: §3.3; Blanchard, Higham and Higham, "Accurately computing the
    log-sum-exp and softmax functions", IMA Journal of Numerical Analysis 41 (2021).
    """
    z = floats(z)
    # The result does not depend on M, so neither does its gradient: M is a constant.
    M = ops.stop_gradient(ops.max(z, axis=axis, keepdims=True))
    M = ops.where(ops.isfinite(M), M, ops.zeros_like(M))  # all −∞: avoid −∞ − (−∞)
    # ∑_k e^{z_k − M}
    total = ops.sum(ops.exp(z - M), axis=axis, keepdims=True)
    # all −∞: no logarithm of 0, whose slope 1/0 would make the gradient NaN
    nothing = ops.equal(total, 0)
    # LSE(z) = M + log ∑_k e^{z_k − M}
    result = M + ops.where(nothing, -float("inf"), ops.log(ops.where(nothing, ops.ones_like(total), total)))
    return result if keepdims else ops.squeeze(result, axis=axis)


def log_softmax(z, axis=-1):
    """Log-probabilities of the classes.

    log S_softmax(z)_k = z_k − LSE(z)

    Args:
        z: logits, by default of shape (batch, classes).
        axis: the axis of the classes.

    Returns:
        A tensor of the shape of ``z``; finite where ``log(softmax(z))`` is not.
    """
    z = floats(z)
    # z_k − LSE(z)
    return z - log_sum_exp(z, axis=axis, keepdims=True)


def softmax(z, axis=-1):
    """Probabilities of the classes from their logits.

    S_softmax(z)_k = e^{z_k} / ∑_j e^{z_j},   S_softmax(z + c·1) = S_softmax(z) for every number c

    With c = −max_k z_k no exponential overflows.

    Args:
        z: logits, by default of shape (batch, classes).
        axis: the axis of the classes.

    Returns:
        A tensor of the shape of ``z``, ≥ 0, with sum 1 along ``axis``.

    Example:
    >>> ops.convert_to_numpy(softmax([[1000.0, 1000.0]]))
    array([[0.5, 0.5]], dtype=float32)
    """
    z = floats(z)
    M = ops.stop_gradient(ops.max(z, axis=axis, keepdims=True))
    # e^{z_k − M} / ∑_j e^{z_j − M}
    e = ops.exp(z - M)
    return e / ops.sum(e, axis=axis, keepdims=True)


def naive_softmax(z, axis=-1):
    """The definition of the softmax as it stands: NaN if e^{z_k} overflows (z_k > 88 in float32).

    It is only here to be compared with ``softmax``.

    Args:
        z: logits, by default of shape (batch, classes).
        axis: the axis of the classes.

    Returns:
        A tensor of the shape of ``z``.
    """
    # e^{z_k} / ∑_j e^{z_j}
    e = ops.exp(floats(z))
    return e / ops.sum(e, axis=axis, keepdims=True)
