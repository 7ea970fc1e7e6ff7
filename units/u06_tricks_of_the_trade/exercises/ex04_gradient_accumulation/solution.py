"""Gradient accumulation: exact for unequal parts, with clipping, as a loop, and next to BatchNorm."""

from keras import ops


def combined(gradients, sizes):
    """The gradient of the mean cost of all samples.

    Args:
        gradients: g_1, …, g_m, each the gradient of the mean cost of its part, shape (m, …).
        sizes: n_1, …, n_m.

    Returns:
        An array with the shape of one gradient.
    """
    total = 0.0
    for g, size in zip(gradients, sizes, strict=True):
        total = total + size * g
    return total / sum(sizes)


def clipped_update(theta, gradients, sizes, rate, limit):
    """One step of gradient descent with the combined gradient, clipped by its norm.

    Args:
        theta: θ, any shape.
        gradients, sizes: as in ``combined``.
        rate: α.
        limit: the largest norm of a gradient.

    Returns:
        The new θ.
    """
    g = combined(gradients, sizes)
    norm = ops.sqrt(ops.sum(ops.square(g)))
    return theta - rate * g * ops.minimum(1.0, limit / ops.maximum(norm, 1e-30))


def run(theta, gradients, every, rate):
    """The parameters after each call of an optimizer that updates in every ``every``-th call.

    Args:
        theta: θ, any shape.
        gradients: one for each call, shape (calls, …).
        every: in which calls there is an update.
        rate: α.

    Returns:
        Shape (calls, …).
    """
    total, after = ops.zeros_like(theta), []
    for call, g in enumerate(gradients, start=1):
        total = total + g
        if call % every == 0:
            theta = theta - rate * total / every
            total = ops.zeros_like(theta)
        after.append(theta)
    return ops.stack(after)


def normalized_in_parts(x, sizes):
    """Each part of a batch with the mean 0 and the variance 1 in its columns.

    Args:
        x: samples, shape (batch, features).
        sizes: n_1, …, n_m, which add up to the batch.

    Returns:
        Shape (batch, features).
    """
    parts, first = [], 0
    for size in sizes:
        part = x[first : first + size]
        first += size
        mean, variance = ops.mean(part, axis=0), ops.var(part, axis=0)
        parts.append((part - mean) / ops.sqrt(variance + 0.001))
    return ops.concatenate(parts)
