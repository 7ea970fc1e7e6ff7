"""The sigmoid and its logarithm, for logits of any size (§3.1)."""

from keras import ops

from course.validation import floats


def _exp_minus_abs(z):
    """e^{-|z|}, which lies in (0, 1]: the one exponential that cannot overflow.

    It uses ``ops.where`` and not ``ops.abs``, because automatic differentiation takes the derivative of |z| at z = 0 to
    be 0, and training from zero weights starts there.
    """
    # e^{−|z|}
    return ops.exp(ops.where(z > 0, -z, z))


def sigmoid(z):
    """Probability of the positive class from its logit.

    σ_Sig(z) = 1 / (1 + e^{-z}) = e^z / (1 + e^z)

    The left form is used for z > 0 and the right one for z ≤ 0, so that the exponential is never larger
    than 1. Its slope is σ_Sig(z) (1 − σ_Sig(z)), and σ_Sig(−z) = 1 − σ_Sig(z).

    Args:
        z: logits of any shape.

    Returns:
        A tensor of the shape of ``z``, between 0 and 1.

    Example:
    >>> ops.convert_to_numpy(sigmoid([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ], dtype=float32)
    """
    z = floats(z)
    e = _exp_minus_abs(z)
    # 1 / (1 + e^{−z}) for z > 0,   e^z / (1 + e^z) for z ≤ 0
    return ops.where(z > 0, ops.ones_like(e), e) / (1 + e)


def softplus(z):
    """The smooth maximum of 0 and z; its slope is the sigmoid.

    log(1 + e^z) = max(0, z) + log(1 + e^{-|z|})

    Args:
        z: logits of any shape.

    Returns:
        A tensor of the shape of ``z``.
    """
    z = floats(z)
    # max(0, z) + log(1 + e^{−|z|})
    return ops.where(z > 0, z, ops.zeros_like(z)) + ops.log1p(_exp_minus_abs(z))


def log_sigmoid(z):
    """Log-probability of the positive class; it is finite even where ``log(sigmoid(z))`` is −∞.

    log σ_Sig(z) = −log(1 + e^{-z})

    Args:
        z: logits of any shape.

    Returns:
        A tensor of the shape of ``z``; never positive.
    """
    # log σ_Sig(z) = −log(1 + e^{−z})
    return -softplus(-floats(z))
