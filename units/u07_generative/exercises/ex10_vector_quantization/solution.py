"""Vector quantization with several codebooks: nearest vectors, straight-through gradients, moving averages."""

import numpy as np


def quantize(z, codebooks):
    """The nearest vector of every codebook.

    Args:
        z: shape (batch, G · width); part g of a row belongs to codebook g.
        codebooks: shape (G, K, width).

    Returns:
        (numbers, e): integers (batch, G), and the nearest vectors in a row, (batch, G · width).
    """
    groups, _, width = codebooks.shape
    parts = z.reshape(len(z), groups, 1, width)
    distances = np.sum((parts - codebooks) ** 2, axis=-1)  # (batch, G, K)
    numbers = np.argmin(distances, axis=-1)
    return numbers, codebooks[np.arange(groups), numbers].reshape(z.shape)


def gradients(x, z, codebooks, W, w):
    """The gradients of the cost of a VQ-VAE with a linear decoder.

    Args:
        x: shape (batch, features).
        z: shape (batch, G · width).
        codebooks: shape (G, K, width).
        W: shape (G · width, features).
        w: weight of the commitment term.

    Returns:
        (∂C/∂z, ∂C/∂W): the shapes of z and W.
    """
    _, e = quantize(z, codebooks)
    error = e @ W - x
    in_e = 2 / len(x) * error @ W.T
    # the gradient in e goes to z as it is
    in_z = in_e + 2 / len(x) * w * (z - e)
    return in_z, 2 / len(x) * e.T @ error


def update(z, codebooks, counts, sums, gamma, smoothing):
    """One step of the moving averages of all codebooks.

    Args:
        z: shape (batch, G · width).
        codebooks: shape (G, K, width).
        counts, sums: n_k and m_k, shapes (G, K) and (G, K, width).
        gamma: γ.
        smoothing: a.

    Returns:
        (codebooks, counts, sums) after the step.
    """
    numbers, _ = quantize(z, codebooks)
    groups, size, width = codebooks.shape
    chosen = (numbers[:, :, None] == np.arange(size)).astype(z.dtype)  # (batch, G, K)
    assigned = np.einsum("bgk,bgw->gkw", chosen, z.reshape(len(z), groups, width))
    counts = gamma * counts + (1 - gamma) * chosen.sum(axis=0)
    sums = gamma * sums + (1 - gamma) * assigned
    total = counts.sum(axis=1, keepdims=True)
    smoothed = total * (counts + smoothing) / (total + size * smoothing)
    return sums / smoothed[:, :, None], counts, sums


def lifetime(count, gamma, threshold):
    """The number of steps after which the count of an unused vector is below the threshold for the first time.

    Args:
        count: n_k now.
        gamma: γ.
        threshold: a positive number.

    Returns:
        An integer, 0 or more.
    """
    # n γ^t < threshold
    steps = np.log(threshold / count) / np.log(gamma)
    return max(0, int(np.floor(steps)) + 1)
