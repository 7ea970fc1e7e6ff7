"""Forward and backward pass of a deep classifier, in matrix form."""

from keras import ops  # noqa: F401


def forward(x, weights, biases):
    """Run the network and keep what the way back needs.

    Z^[l] = A^[l−1] W^[l]ᵀ + 1 b^[l]ᵀ,   A^[l] = tanh(Z^[l]) for l < L,   A^[L] = Z^[L],   A^[0] = X

    Args:
        x: X, shape ``(batch, N_0)``.
        weights: the list W^[1], …, W^[L], shapes ``(N_l, N_{l−1})``.
        biases: the list b^[1], …, b^[L], shapes ``(N_l,)``.

    Returns:
        Two lists: Z^[1], …, Z^[L], and A^[0], …, A^[L].
    """
    raise NotImplementedError


def backward(y, weights, zs, activations):
    """All the gradients of the mean cross-entropy C = −(1/n) ∑_i log softmax(z_i^[L])_{y_i}.

    Args:
        y: classes 0, …, N_L − 1, shape ``(batch,)``.
        weights: as in ``forward``.
        zs: the Z of ``forward``.
        activations: the A of ``forward``.

    Returns:
        Two lists and an array: ∂C/∂W^[1], …, ∂C/∂W^[L]; ∂C/∂b^[1], …, ∂C/∂b^[L]; and ∂C/∂X.
    """
    raise NotImplementedError
