"""Gradient clipping: an upper bound on the length of a step (§4.3)."""

from keras import ops

from course.validation import floats, precise_floats
from units.u03_optimization.hyperparameters import check_positive


def clip_by_value(gradients, limit):
    """Cut every entry to [−c, c].

    g_j ← max(−c, min(c, g_j))

    The direction changes if an entry is clipped.

    Args:
        gradients: a tensor, or a list of tensors of any shapes.
        limit: c > 0.

    Returns:
        What was given, clipped: a tensor or a list.

    Raises:
        ValueError: c is not a positive number.
    """
    c = check_positive("limit", limit)
    # g_j ← max(−c, min(c, g_j))
    return _each(lambda g: ops.minimum(ops.maximum(g, -c), c), gradients)


def clip_by_norm(gradients, limit):
    """Shorten every tensor to length c if it is longer; its direction stays.

    g ← g min(1, c/‖g‖)

    Of a list each tensor is shortened on its own: the direction of the whole gradient changes.

    Args:
        gradients: a tensor, or a list of tensors of any shapes.
        limit: c > 0.

    Returns:
        What was given, clipped: a tensor or a list.

    Raises:
        ValueError: c is not a positive number.
    """
    c = check_positive("limit", limit)
    # g ← g min(1, c/‖g‖)
    return _each(lambda g: _shortened(g, length(g), c), gradients)


def clip_by_global_norm(gradients, limit):
    """Shorten all tensors by one factor so that together they have at most the length c.

    g_i ← g_i min(1, c/G),   G = √(∑_i ‖g_i‖²)

    The gradient of all parameters together keeps its direction and has at most the length c.

    Args:
        gradients: a list of tensors of any shapes.
        limit: c > 0.

    Returns:
        ``(clipped, G)``: the list, and the norm before clipping, which is useful to watch in a training.

    Raises:
        ValueError: c is not a positive number, or the list is empty.

    References: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """
    c = check_positive("limit", limit)
    gradients = [floats(g) for g in gradients]
    if not gradients:
        raise ValueError("clip_by_global_norm: there are no gradients to clip.")
    # G = √(∑_i ‖g_i‖²)
    norm = length(ops.stack([length(g) for g in gradients]))
    # g_i ← g_i min(1, c/G)
    return [_shortened(g, norm, c) for g in gradients], norm


def length(x, axis=None):
    """The length of a tensor, or of the vectors along an axis, which is kept with length 1.

    ‖x‖ = M √(∑_j (x_j / M)²),   M = max_j |x_j|

    The squares of 300 in float16 and of 1e20 in float32 are infinite, and those of 1e-25 are 0. The quotients are at
    most 1, and float16 and bfloat16 become float32 first.

    Args:
        x: a tensor of floats.
        axis: one axis or several; None for all, and the result is a scalar.
    """
    x = precise_floats(x)
    M = ops.max(ops.abs(x), axis=axis, keepdims=axis is not None)
    M = ops.where(ops.logical_and(M > 0, ops.isfinite(M)), M, 1.0)
    # M √(∑_j (x_j / M)²)
    return M * ops.sqrt(ops.sum(ops.square(x / M), axis=axis, keepdims=axis is not None))


def _shortened(g, norm, c):
    """g min(1, c/‖g‖), written so that a gradient of zero stays zero."""
    return ops.cast(ops.cast(g, norm.dtype) * (c / ops.maximum(norm, c)), g.dtype)


def _each(clip, gradients):
    if isinstance(gradients, (list, tuple)):
        return [clip(floats(g)) for g in gradients]
    return clip(floats(gradients))
