"""Backpropagation node by node: an affine map, a softmax, and a cost for which nothing cancels."""

from keras import ops  # noqa: F401


def affine_backward(slope, x, W):
    """Go back through Z = X Wᵀ + 1 bᵀ.

    Args:
        slope: ∂C/∂Z, shape ``(batch, classes)``.
        x: X, shape ``(batch, features)``.
        W: weights, shape ``(classes, features)``.

    Returns:
        ``(∂C/∂W, ∂C/∂b, ∂C/∂X)`` of shapes ``(classes, features)``, ``(classes,)``, ``(batch, features)``.
    """
    raise NotImplementedError


def softmax_backward(slope, y_hat):
    """Go back through Ŷ = S_softmax(Z), from its output alone.

    Args:
        slope: ∂C/∂Ŷ, shape ``(batch, classes)``.
        y_hat: Ŷ, shape ``(batch, classes)``.

    Returns:
        ∂C/∂Z, shape ``(batch, classes)``.
    """
    raise NotImplementedError


def brier_gradients(x, y, W, b):
    """The cost of Brier and its gradients, for a mini-batch.

    Z = X Wᵀ + 1 bᵀ,   Ŷ = S_softmax(Z),   C = (1/n) ∑_i ‖ŷ_i − e_{y_i}‖²

    Args:
        x: X, shape ``(batch, features)``.
        y: integer labels, shape ``(batch,)``.
        W: weights, shape ``(classes, features)``.
        b: biases, shape ``(classes,)``.

    Returns:
        ``(C, ∂C/∂W, ∂C/∂b, ∂C/∂X)``: a scalar, and the gradients of the shapes of W, b and x.
    """
    raise NotImplementedError
