"""A schedule with a warm-up, and gradient clipping."""

import math

from keras import ops


def warmup_cosine(t, peak, warmup_steps, decay_steps):
    """A learning rate with a linear warm-up and then half a cosine.

    α_t = α_max t/W                                for t < W
    α_t = α_max ½ (1 + cos(π (t − W)/T))           for W ≤ t ≤ W + T
    α_t = 0                                        for t > W + T

    Args:
        t: the steps, an array of floats of shape (steps,).
        peak: α_max.
        warmup_steps: W > 0.
        decay_steps: T > 0.

    Returns:
        α_t for every t, shape (steps,).
    """
    done = ops.clip((t - warmup_steps) / decay_steps, 0.0, 1.0)
    fall = peak * 0.5 * (1.0 + ops.cos(math.pi * done))
    return ops.where(t < warmup_steps, peak * t / warmup_steps, fall)


def clip_by_value(gradient, limit):
    """Clip every entry to [−c, c].

    Args:
        gradient: a tensor of any shape.
        limit: c > 0.

    Returns:
        A tensor of the shape of ``gradient``.
    """
    return ops.minimum(ops.maximum(gradient, -limit), limit)


def clip_by_global_norm(gradients, limit):
    """Multiply all gradients by one factor, so that their global norm is at most c.

    g_i ← g_i min(1, c/G),   G = √(∑_i ‖g_i‖²)

    If all are zero they stay zero.

    Args:
        gradients: a list of tensors of different shapes.
        limit: c > 0.

    Returns:
        ``(clipped, G)``: a list of tensors of the same shapes, and the norm before clipping.
    """
    norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in gradients))
    factor = limit / ops.maximum(norm, limit)
    return [g * factor for g in gradients], norm
