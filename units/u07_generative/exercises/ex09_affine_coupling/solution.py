"""An affine coupling: forward with its determinant, backward, and the likelihood of a chain of them."""

import numpy as np


def _scale_and_shift(x, m, S, B):
    """s and b, both 0 for the entries that stay; x may be z, because they use the kept entries alone."""
    kept = m * x
    return (1 - m) * np.tanh(kept @ S), (1 - m) * (kept @ B)


def forward(x, m, S, B):
    """z and the logarithm of the determinant.

    Args:
        x: shape (batch, features).
        m: mask of zeros and ones, shape (features,).
        S, B: matrices, shape (features, features).

    Returns:
        (z, log |det ∂z/∂x|): shapes (batch, features) and (batch,).
    """
    s, b = _scale_and_shift(x, m, S, B)
    z = x * np.exp(s) + b
    return z, np.sum(s, axis=1)


def inverse(z, m, S, B):
    """x from z.

    Args:
        z: shape (batch, features).
        m, S, B: as in ``forward``.

    Returns:
        x, shape (batch, features).
    """
    s, b = _scale_and_shift(z, m, S, B)
    return (z - b) * np.exp(-s)


def log_likelihood(x, couplings):
    """log p(x) if the result of all couplings has the density N(0, I).

    Args:
        x: shape (batch, features).
        couplings: a list of (m, S, B), in the order in which x passes through them.

    Returns:
        Shape (batch,).
    """
    total = np.zeros(len(x))
    for m, S, B in couplings:
        x, log_determinant = forward(x, m, S, B)
        total = total + log_determinant
    return total - 0.5 * np.sum(x**2, axis=1) - 0.5 * x.shape[1] * np.log(2 * np.pi)
