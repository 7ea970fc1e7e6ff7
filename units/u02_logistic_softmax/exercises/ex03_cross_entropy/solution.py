"""The cross-entropy of the softmax model and its gradient by hand."""

from keras import ops


def cross_entropy(y, z):
    """The mean of −log ŷ_{y_i}, from logits.

    Args:
        y: classes, shape (batch,).
        z: logits, shape (batch, classes).

    Returns:
        A scalar.
    """
    # C_i = LSE(z_i) − z_{i, y_i}
    chosen = ops.sum(ops.one_hot(y, z.shape[-1]) * z, axis=-1)
    return ops.mean(ops.logsumexp(z, axis=-1) - chosen)


def slope(y, z):
    """∂C/∂z, the derivative of the mean loss in every logit.

    Args:
        y: classes, shape (batch,).
        z: logits, shape (batch, classes).

    Returns:
        A tensor of shape (batch, classes).
    """
    # ∂C/∂z = (Ŷ − Y) / n
    return (ops.softmax(z) - ops.one_hot(y, z.shape[-1])) / z.shape[0]


def gradient(x, y, W, b):
    """∇C(θ) of the softmax model z = W x + b.

    Args:
        x: samples, shape (batch, features).
        y: classes, shape (batch,).
        W: weights, shape (classes, features).
        b: biases, shape (classes,).

    Returns:
        ``(∇_W C, ∇_b C)`` of shapes (classes, features) and (classes,).
    """
    error = slope(y, ops.matmul(x, ops.transpose(W)) + b)
    # ∇_W C = (∂C/∂Z)ᵀ X,   ∇_b C = ∑_i ∂C/∂z_i
    return ops.matmul(ops.transpose(error), x), ops.sum(error, axis=0)
