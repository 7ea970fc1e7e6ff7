"""Stationary points of a quadratic with a quartic on top."""

import numpy as np  # noqa: F401


def gradient(A, b, c, x):
    """The gradient of C at one point.

    C(x) = ½ xᵀA x + bᵀx + ¼ ∑_i c_i x_i⁴

    Args:
        A: a square matrix, not necessarily symmetric, shape ``(d, d)``.
        b: shape ``(d,)``.
        c: shape ``(d,)``.
        x: the point, shape ``(d,)``.

    Returns:
        ∇C(x), shape ``(d,)``.
    """
    raise NotImplementedError


def hessian(A, c, x):
    """The matrix of the second derivatives of C at one point.

    Args:
        A: a square matrix, not necessarily symmetric, shape ``(d, d)``.
        c: shape ``(d,)``.
        x: the point, shape ``(d,)``.

    Returns:
        H(x), symmetric, shape ``(d, d)``.
    """
    raise NotImplementedError


def classify(H, tolerance=1e-6):
    """Name a stationary point by the eigenvalues of its Hessian.

    Args:
        H: a symmetric matrix, shape ``(d, d)``.
        tolerance: an eigenvalue with |λ| ≤ tolerance · max_i |λ_i| counts as zero.

    Returns:
        "minimum" (all positive), "maximum" (all negative), "saddle" (both signs), and "degenerate" in every other
        case.
    """
    raise NotImplementedError
