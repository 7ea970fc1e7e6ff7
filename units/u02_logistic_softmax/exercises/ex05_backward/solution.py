"""Backpropagation node by node: an affine map, a softmax, and a cost for which nothing cancels."""

from keras import ops


def affine_backward(slope, x, W):
    """The gradients with respect to the inputs of Z = X Wᵀ + 1 bᵀ.

    Args:
        slope: ∂C/∂Z, shape (batch, classes).
        x: X, shape (batch, features).
        W: weights, shape (classes, features).

    Returns:
        ``(∂C/∂W, ∂C/∂b, ∂C/∂X)`` of shapes (classes, features), (classes,), (batch, features).
    """
    # z_i = W x_i + b is linear in W, in b and in x_i
    return ops.matmul(ops.transpose(slope), x), ops.sum(slope, axis=0), ops.matmul(slope, W)


def softmax_backward(slope, y_hat):
    """The gradient with respect to the input of Ŷ = S_softmax(Z), computed from its output.

    Args:
        slope: ∂C/∂Ŷ, shape (batch, classes).
        y_hat: Ŷ, shape (batch, classes).

    Returns:
        ∂C/∂Z, shape (batch, classes).
    """
    # ∂ŷ_k/∂z_j = ŷ_k (1{k = j} − ŷ_j), so ∂C/∂z_j = ŷ_j (u_j − ∑_k u_k ŷ_k)
    return y_hat * (slope - ops.sum(slope * y_hat, axis=-1, keepdims=True))


def brier_gradients(x, y, W, b):
    """The cost of Brier and its gradients, for a mini-batch.

    Z = X Wᵀ + 1 bᵀ,   Ŷ = S_softmax(Z),   C = (1/n) ∑_i ‖ŷ_i − e_{y_i}‖²

    Args:
        x: X, shape (batch, features).
        y: integer labels, shape (batch,).
        W: weights, shape (classes, features).
        b: biases, shape (classes,).

    Returns:
        ``(C, ∂C/∂W, ∂C/∂b, ∂C/∂X)``: a scalar, and the gradients of the shapes of W, b and x.
    """
    y_hat = ops.softmax(ops.matmul(x, ops.transpose(W)) + b, axis=-1)
    error = y_hat - ops.one_hot(y, W.shape[0])
    cost = ops.mean(ops.sum(error**2, axis=-1))
    # ∂C/∂Ŷ = 2 (Ŷ − Y)/n, then back through the softmax and the affine map
    slope = softmax_backward(2 * error / x.shape[0], y_hat)
    return cost, *affine_backward(slope, x, W)
