"""Backpropagation of softmax regression in matrix form."""

from keras import ops  # noqa: F401


def backward(x, y, W, b):
    """The gradients of the mean cross-entropy of a mini-batch.

    Z = X Wᵀ + 1 bᵀ,   Ŷ = S_softmax(Z),   C = −(1/n) ∑_i log ŷ_{i, y_i}

    Args:
        x: X, shape ``(batch, features)``.
        y: integer labels, shape ``(batch,)``.
        W: weights, shape ``(classes, features)``.
        b: biases, shape ``(classes,)``.

    Returns:
        ``(∂C/∂W, ∂C/∂b, ∂C/∂X)`` of the shapes of W, b and x.
    """
    raise NotImplementedError
