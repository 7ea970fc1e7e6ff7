"""Forward and backward pass of a deep classifier, in matrix form."""

from keras import ops


def forward(x, weights, biases):
    """Compute the forward pass and keep the values for the backward pass.

    Z^[l] = A^[l−1] W^[l]ᵀ + 1 b^[l]ᵀ,   A^[l] = tanh(Z^[l]) for l < L,   A^[L] = Z^[L],   A^[0] = X

    Args:
        x: X, shape (batch, N_0).
        weights: the list W^[1], …, W^[L], shapes (N_l, N_{l−1}).
        biases: the list b^[1], …, b^[L], shapes (N_l,).

    Returns:
        Two lists: Z^[1], …, Z^[L], and A^[0], …, A^[L].
    """
    zs, activations = [], [x]
    for l, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
        z = ops.matmul(activations[-1], ops.transpose(W)) + b
        zs.append(z)
        activations.append(ops.tanh(z) if l < len(weights) else z)
    return zs, activations


def backward(y, weights, zs, activations):
    """All the gradients of the mean cross-entropy C = −(1/n) ∑_i log softmax(z_i^[L])_{y_i}.

    Args:
        y: classes 0, …, N_L − 1, shape (batch,).
        weights: as in ``forward``.
        zs: the Z of ``forward``.
        activations: the A of ``forward``.

    Returns:
        Two lists and an array: ∂C/∂W^[1], …, ∂C/∂W^[L]; ∂C/∂b^[1], …, ∂C/∂b^[L]; and ∂C/∂X.
    """
    # D^[L] = (Ŷ − Y)/n
    d = (ops.softmax(zs[-1], axis=-1) - ops.one_hot(y, zs[-1].shape[-1])) / zs[-1].shape[0]
    by_W, by_b = [], []
    for l in range(len(weights), 0, -1):
        # ∂C/∂W^[l] = D^[l]ᵀ A^[l−1],   ∂C/∂b^[l] = D^[l]ᵀ 1
        by_W.insert(0, ops.matmul(ops.transpose(d), activations[l - 1]))
        by_b.insert(0, ops.sum(d, axis=0))
        # ∂C/∂A^[l−1] = D^[l] W^[l]
        slope = ops.matmul(d, weights[l - 1])
        if l > 1:
            # D^[l−1] = ∂C/∂A^[l−1] ⊙ tanh'(Z^[l−1]),   tanh' = 1 − tanh²
            d = slope * (1 - activations[l - 1] ** 2)
    return by_W, by_b, slope
