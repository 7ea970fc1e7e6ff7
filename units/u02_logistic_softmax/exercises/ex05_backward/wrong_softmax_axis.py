"""Backpropagation of softmax regression in matrix form."""

from keras import ops


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
    y_hat = ops.softmax(ops.matmul(x, ops.transpose(W)) + b, axis=0)
    # Δ = ∂C/∂Z = (Ŷ − Y)/n
    delta = (y_hat - ops.one_hot(y, W.shape[0])) / x.shape[0]
    # ∂C/∂W = Δᵀ X,   ∂C/∂b = Δᵀ 1,   ∂C/∂X = Δ W
    return ops.matmul(ops.transpose(delta), x), ops.sum(delta, axis=0), ops.matmul(delta, W)
