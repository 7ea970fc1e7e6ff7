"""An attack on softmax regression whose changes have a bounded Euclidean norm."""

from keras import ops


def input_gradient(x, y, W, b):
    """The gradient of each sample's cross-entropy by its inputs.

    z = x W + b,   ∂C_i/∂x_i = (softmax(z_i) − e_{y_i}) Wᵀ

    Args:
        x: inputs, shape (batch, features).
        y: class numbers, shape (batch,).
        W: kernel, shape (features, classes).
        b: bias, shape (classes,).

    Returns:
        Shape (batch, features).
    """
    p = ops.softmax(ops.matmul(x, W) + b, axis=-1)
    wrong = p - ops.one_hot(y, W.shape[1])
    return ops.matmul(wrong, ops.transpose(W))


def step(x, gradient, size):
    """Go a distance ``size`` in the direction of each sample's gradient; stay where the gradient is 0.

    Args:
        x: inputs, shape (batch, features).
        gradient: shape (batch, features).
        size: a number.

    Returns:
        Shape (batch, features).
    """
    norm = ops.sqrt(ops.sum(gradient**2, axis=-1, keepdims=True))
    return x + size * gradient / ops.where(norm > 0, norm, 1.0)


def project(x, origin, radius):
    """The nearest point to x whose distance from ``origin`` is at most ``radius``, for each sample.

    Args:
        x, origin: shape (batch, features).
        radius: a number.

    Returns:
        Shape (batch, features).
    """
    difference = x - origin
    norm = ops.sqrt(ops.sum(difference**2, axis=-1, keepdims=True))
    return origin + difference * ops.minimum(1.0, radius / ops.maximum(norm, 1e-12))


def attack(x, y, W, b, radius, size, steps):
    """Projected gradient ascent: ``steps`` steps of length ``size``, each followed by the projection.

    Args:
        x, y, W, b: as for ``input_gradient``.
        radius, size: numbers.
        steps: number of steps.

    Returns:
        The attacked inputs, shape (batch, features).
    """
    attacked = x
    for _ in range(steps):
        attacked = project(step(attacked, input_gradient(attacked, y, W, b), size), x, radius)
    return attacked
