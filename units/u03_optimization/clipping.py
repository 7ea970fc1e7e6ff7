"""Gradient clipping: a bound on how far one step can go, whatever the slope (§4.3)."""

from keras import ops

from course.validation import floats
from units.u03_optimization.hyperparameters import check_positive


def clip_by_value(gradients, limit):
    """Cut every entry to [−c, c].

    g_j ← max(−c, min(c, g_j))

    The direction changes: towards a diagonal, once several entries are cut.

    Args:
        gradients: a tensor, or a list of tensors of any shapes.
        limit: c > 0.

    Returns:
        What was given, clipped: a tensor or a list.

    Raises:
        ValueError: c is not a positive number.
    """
    c = check_positive("limit", limit)
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
    return _each(lambda g: g * _factor(ops.sum(ops.square(g)), c), gradients)


def clip_by_global_norm(gradients, limit):
    """Shorten all tensors by one factor so that together they have at most the length c.

    g_i ← g_i min(1, c/G),   G = √(Σ_i ‖g_i‖²)

    This is the gradient of all parameters, of the same direction as before and no longer than c.

    Args:
        gradients: a list of tensors of any shapes.
        limit: c > 0.

    Returns:
        ``(clipped, G)``: the list, and the norm before clipping, worth a curve of its own in a training.

    Raises:
        ValueError: c is not a positive number, or the list is empty.

    References: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """
    c = check_positive("limit", limit)
    gradients = [floats(g) for g in gradients]
    if not gradients:
        raise ValueError("clip_by_global_norm: there are no gradients to clip.")
    total = sum(ops.sum(ops.square(g)) for g in gradients)
    factor = _factor(total, c)
    return [g * factor for g in gradients], ops.sqrt(total)


def _factor(square, c):
    """min(1, c/√square), written so that a gradient of zero stays zero."""
    return c / ops.maximum(ops.sqrt(square), c)


def _each(clip, gradients):
    if isinstance(gradients, (list, tuple)):
        return [clip(floats(g)) for g in gradients]
    return clip(floats(gradients))
