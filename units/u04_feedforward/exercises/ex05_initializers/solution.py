"""Random weights of the right variance, from given noise."""

import math

from keras import ops


def fans(shape):
    """The number of inputs of a unit and the number of units that an input is connected to.

    Args:
        shape: of a kernel (…, n_in, n_out): two axes for a fully connected layer; what stands before them is the
            window of a convolution, each of whose places counts.

    Returns:
        (n_in, n_out) as integers, the window's size included.
    """
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def he_normal(noise):
    """A kernel with Var(w) = 2 / n_in.

    Args:
        noise: independent N(0, 1) numbers, of the kernel's shape (…, n_in, n_out).

    Returns:
        The kernel, of the shape of ``noise``.
    """
    n_in, _ = fans(noise.shape)
    return noise * math.sqrt(2 / n_in)


def xavier_uniform(noise):
    """A kernel, uniform on an interval around 0, with Var(w) = 2 / (n_in + n_out).

    Args:
        noise: independent numbers, uniform on (0, 1), of the kernel's shape (…, n_in, n_out).

    Returns:
        The kernel, of the shape of ``noise``.
    """
    n_in, n_out = fans(noise.shape)
    # U(−a, a) has the variance a²/3
    a = math.sqrt(3 * 2 / (n_in + n_out))
    return a * (2 * noise - 1)


def orthogonal(noise):
    """The Q of A = Q R, where R has a positive diagonal.

    Args:
        noise: A, independent N(0, 1) numbers, shape (n_in, n_out). If A is wide (n_in < n_out), take the Q of
            Aᵀ and return its transpose.

    Returns:
        A matrix of the shape of ``noise`` with orthonormal columns, or orthonormal rows if it is wide.
    """
    wide = noise.shape[0] < noise.shape[1]
    Q, R = ops.qr(ops.transpose(noise) if wide else noise)
    # A = (Q D)(D R) for every diagonal D of signs: choose the one that makes the diagonal of R positive
    Q = Q * ops.sign(ops.diag(R))
    return ops.transpose(Q) if wide else Q
