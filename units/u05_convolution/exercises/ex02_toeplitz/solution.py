"""The matrices of the convolution with a reversed kernel."""

import numpy as np


def full(w, n):
    """The matrix T with T x = x ∗ w.

    T_{i j} = w_{i−j} where 0 ≤ i − j < k, else 0

    Args:
        w: the kernel, shape (kernel,).
        n: number of positions of the signal.

    Returns:
        An array of shape (n + k − 1, n).
    """
    T = np.zeros((n + len(w) - 1, n))
    for j in range(n):
        T[j : j + len(w), j] = w
    return T


def circulant(w, n):
    """The matrix of the convolution on a circle of n positions.

    Args:
        w: the kernel, shape (kernel,); it may be longer than n.
        n: number of positions of the signal.

    Returns:
        An array of shape (n, n).
    """
    T = np.zeros((n, n))
    for j in range(n):
        for u in range(len(w)):
            T[(j + u) % n, j] += w[u]
    return T


def full_2d(w, height, width):
    """The matrix T with T vec(x) = vec(x ∗ w) for images.

    Args:
        w: the kernel, shape (height, width) of the kernel.
        height, width: of the image.

    Returns:
        An array with one row for each pixel of the output and one column for each pixel of the input.
    """
    rows, columns = height + w.shape[0] - 1, width + w.shape[1] - 1
    T = np.zeros((rows, columns, height, width))
    for j in range(height):
        for u in range(w.shape[0]):
            T[j + u, :, j, :] = full(w[u], width)
    return T.reshape(rows * columns, height * width)


def adjoint(w, n, y):
    """Tᵀ y for the matrix T of ``full``, without building T.

    (Tᵀ y)_j = ∑_u w_u y_{j+u}

    Args:
        w: the kernel, shape (kernel,).
        n: number of positions of the signal.
        y: a vector, shape (n + k − 1,).

    Returns:
        An array of shape (n,).
    """
    return np.array([np.dot(w, y[j : j + len(w)]) for j in range(n)])
