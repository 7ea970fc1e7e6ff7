"""Moments, entropies and divergences of discrete distributions, and the gradient of a weighted cross-entropy."""

from keras import ops


def moments(p, u):
    """Mean and variance of a random variable that takes the value u_k with probability p_k.

    Args:
        p: probabilities, shape (classes,).
        u: values, shape (classes,).

    Returns:
        ``(mean, variance)``, two scalars.
    """
    mean = ops.sum(p * u)
    return mean, ops.sum(p * (u - mean) ** 2)


def bits(P):
    """The entropy of each row in bits.

    Args:
        P: distributions in rows, shape (batch, classes); probabilities may be 0.

    Returns:
        Shape (batch,).
    """
    return _entropy(P) / ops.log(2.0)


def divergences(P, q):
    """D(p‖q) for each row p of P.

    Args:
        P: distributions in rows, shape (batch, classes); probabilities may be 0.
        q: one distribution without zeros, shape (classes,).

    Returns:
        Shape (batch,), in nats.
    """
    crossed = -ops.sum(P * ops.log(q), axis=-1)
    return crossed - _entropy(P)


def mixture(P, w):
    """The Jensen–Shannon divergence of several distributions with weights.

    Args:
        P: distributions in rows, shape (batch, classes); probabilities may be 0.
        w: weights of the rows, their sum is 1, shape (batch,).

    Returns:
        A scalar, in nats.
    """
    mean = ops.sum(w[:, None] * P, axis=0)
    return _entropy(mean) - ops.sum(w * _entropy(P))


def softmax_gradient(z, Y, w):
    """The gradient of a weighted mean of cross-entropies with respect to the logits z.

    Args:
        z: logits, shape (batch, classes).
        Y: target distributions in rows, shape (batch, classes).
        w: weights of the samples, shape (batch,).

    Returns:
        Shape (batch, classes).
    """
    e = ops.exp(z - ops.max(z, axis=1, keepdims=True))
    s = e / ops.sum(e, axis=1, keepdims=True)
    return (w / ops.sum(w))[:, None] * (s - Y)


def _entropy(p):
    return -ops.sum(p * ops.log(ops.where(p > 0, p, 1.0)), axis=-1)
