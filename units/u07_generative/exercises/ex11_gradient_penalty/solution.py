"""The gradient penalty of a critic with one hidden layer, and its gradients, by hand."""

from keras import ops


def _hidden(x, W, b):
    """h = tanh(x W + b) and its derivative 1 − h²."""
    h = ops.tanh(ops.matmul(x, W) + b)
    return h, 1.0 - h * h


def between(real, fake, share):
    """The places between real and generated samples.

    Args:
        real, fake: samples, shape (batch, …).
        share: a, of the real samples, shape (batch,).

    Returns:
        a x + (1 − a) G(z), shape (batch, …).
    """
    a = ops.reshape(share, (-1, *[1] * (len(real.shape) - 1)))
    return a * real + (1.0 - a) * fake


def slopes(x, W, b, w):
    """The gradients of the critic in its inputs.

    Args:
        x: places, shape (batch, features).
        W, b, w: weights, shapes (features, units), (units,) and (units,).

    Returns:
        ∇D(x_i), shape (batch, features).
    """
    _, s = _hidden(x, W, b)
    return ops.matmul(s * w, ops.transpose(W))


def penalty(x, W, b, w, kappa, one_sided):
    """The penalty of slopes other than 1, or of slopes above 1.

    Args:
        x, W, b, w: as in ``slopes``.
        kappa: κ.
        one_sided: whether slopes below 1 are free.

    Returns:
        P, a number.
    """
    excess = ops.sqrt(ops.sum(slopes(x, W, b, w) ** 2, axis=1)) - 1.0
    if one_sided:
        excess = ops.relu(excess)
    return kappa * ops.mean(excess**2)


def penalty_gradients(x, W, b, w, kappa):
    """The gradients of the two-sided penalty in the weights of the output and in the bias.

    Args:
        x, W, b, w, kappa: as in ``penalty``.

    Returns:
        (∂P/∂w, ∂P/∂b), shape (units,) both.
    """
    h, s = _hidden(x, W, b)
    g = slopes(x, W, b, w)
    length = ops.sqrt(ops.sum(g**2, axis=1, keepdims=True))
    # d_i = ∂P/∂g_i = (2 κ/n) (‖g_i‖ − 1) g_i / ‖g_i‖
    d = 2.0 * kappa / x.shape[0] * (length - 1.0) * g / length
    back = ops.matmul(d, W)
    by_w = ops.sum(s * back, axis=0)
    by_b = ops.sum(-2.0 * h * s * w * back, axis=0)
    return by_w, by_b
