"""Spectral normalization: the power iteration, the gradient through σ, and exact norms of networks and convolutions."""

import numpy as np


def power_iteration(W, u, steps):
    """The largest singular value and its vectors.

    Args:
        W: a kernel, shape (inputs, outputs).
        u: the start, shape (outputs,).
        steps: at least 1.

    Returns:
        (σ, a, u).
    """
    for _ in range(steps):
        a = W @ u
        a = a / np.linalg.norm(a)
        u = W.T @ a
        u = u / np.linalg.norm(u)
    return a @ W @ u, a, u


def kernel_gradient(W, a, u, g):
    """The gradient in a kernel from that in the normalized kernel.

    Args:
        W, g: the kernel and ∂C/∂(W/σ), shape (inputs, outputs).
        a, u: vectors with σ = aᵀ W u, shapes (inputs,) and (outputs,).

    Returns:
        ∂C/∂W, shape (inputs, outputs).
    """
    sigma = a @ W @ u
    # ∂C/∂W = (g − ⟨g, W/σ⟩ a uᵀ) / σ
    return (g - np.sum(g * W) / sigma * np.outer(a, u)) / sigma


def network_bound(kernels, slope):
    """A bound of how much a network stretches differences of inputs.

    Args:
        kernels: W_1, …, W_L, a list of matrices (inputs, outputs).
        slope: the largest absolute derivative of the L − 1 activations between them.

    Returns:
        A number.
    """
    norms = [np.linalg.svd(W, compute_uv=False)[0] for W in kernels]
    return np.prod(norms) * slope ** (len(kernels) - 1)


def convolution_norm(kernel, size):
    """The largest factor by which a convolution stretches images whose borders are glued together.

    Args:
        kernel: shape (height, width, inputs, outputs).
        size: height and width of the images.

    Returns:
        A number.
    """
    matrices = np.fft.fft2(kernel, (size, size), axes=(0, 1))
    return np.linalg.svd(matrices, compute_uv=False).max()
