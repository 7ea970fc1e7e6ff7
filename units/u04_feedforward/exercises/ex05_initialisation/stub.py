"""Random weights of the right size, from noise that is given."""

import math  # noqa: F401

from keras import ops  # noqa: F401


def fans(shape):
    """How many inputs a unit has, and how many units an input reaches.

    Args:
        shape: of a kernel ``(…, n_in, n_out)``: two axes for a fully connected layer; what stands before them is the
            window of a convolution, each of whose places counts.

    Returns:
        ``(n_in, n_out)`` as integers, the window's size included.
    """
    raise NotImplementedError


def he_normal(noise):
    """A kernel with Var(w) = 2 / n_in.

    Args:
        noise: independent N(0, 1) numbers, of the kernel's shape ``(…, n_in, n_out)``.

    Returns:
        The kernel, of the shape of ``noise``.
    """
    raise NotImplementedError


def xavier_uniform(noise):
    """A kernel, uniform on an interval around 0, with Var(w) = 2 / (n_in + n_out).

    Args:
        noise: independent numbers, uniform on (0, 1), of the kernel's shape ``(…, n_in, n_out)``.

    Returns:
        The kernel, of the shape of ``noise``.
    """
    raise NotImplementedError


def orthogonal(noise):
    """The Q of A = Q R, where R has a positive diagonal.

    Args:
        noise: A, independent N(0, 1) numbers, shape ``(n_in, n_out)``. If A is wide (n_in < n_out), take the Q of
            Aᵀ and return its transpose.

    Returns:
        A matrix of the shape of ``noise`` with orthonormal columns, or orthonormal rows if it is wide.
    """
    raise NotImplementedError
