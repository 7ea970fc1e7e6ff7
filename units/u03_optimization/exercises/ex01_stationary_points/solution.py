"""Stationary points of a quadratic with a quartic on top."""

import numpy as np


def gradient(A, b, c, x):
    """The gradient of C at one point.

    C(x) = ½ xᵀA x + bᵀx + ¼ ∑_i c_i x_i⁴

    Args:
        A: a square matrix, not necessarily symmetric, shape (features, features).
        b: shape (features,).
        c: shape (features,).
        x: the point, shape (features,).

    Returns:
        ∇C(x), shape (features,).
    """
    return (A + A.T) @ x / 2 + b + c * x**3


def hessian(A, c, x):
    """The matrix of the second derivatives of C at one point.

    Args:
        A: a square matrix, not necessarily symmetric, shape (features, features).
        c: shape (features,).
        x: the point, shape (features,).

    Returns:
        H(x), symmetric, shape (features, features).
    """
    return (A + A.T) / 2 + np.diag(3 * c * x**2)


def classify(H, tolerance=1e-6):
    """Name a stationary point by the eigenvalues of its Hessian.

    Args:
        H: a symmetric matrix, shape (features, features).
        tolerance: an eigenvalue with |λ| ≤ tolerance · max_i |λ_i| counts as zero.

    Returns:
        "minimum" (all positive), "maximum" (all negative), "saddle" (both signs), and "degenerate" in every other
        case.
    """
    values = np.linalg.eigvalsh(H)
    zero = tolerance * np.abs(values).max()
    up, down = values > zero, values < -zero
    if up.any() and down.any():
        return "saddle"
    if up.all():
        return "minimum"
    return "maximum" if down.all() else "degenerate"
