"""Newton–Schulz iteration: the nearest orthogonal matrix by matrix products only (☆ Muon)."""

import numpy as np
from keras import ops

from course.validation import floats

CUBIC = (1.5, -0.5, 0.0)
QUINTIC = (3.4445, -4.7750, 2.0315)


def polynomial(sigma, coefficients=QUINTIC):
    """What one step does to a singular value.

    p(σ) = a σ + b σ³ + c σ⁵

    Args:
        sigma: σ, a NumPy array or a tensor of any shape.
        coefficients: (a, b, c).

    Returns:
        p(σ), of the same shape.
    """
    a, b, c = coefficients
    x = sigma * sigma
    # a σ + b σ³ + c σ⁵
    return sigma * (a + x * (b + x * c))


def fixed_points(coefficients=QUINTIC):
    """The positive solutions of p(σ) = σ, each with the slope p'(σ) of the polynomial there.

    p(σ) = σ  ⟺  c x² + b x + a − 1 = 0 with x = σ²,   p'(σ) = a + 3b x + 5c x²

    Near a fixed point every step multiplies the distance to it by p'(σ): the iteration converges to it if
    |p'(σ)| < 1. The cubic one has σ = 1 with p'(1) = 0. Muon's quintic one has no fixed point that attracts: its
    values stay near 1, between p at its local minimum and the largest p behind it, but they do not converge.

    Args:
        coefficients: (a, b, c).

    Returns:
        A list of pairs (σ, p'(σ)), sorted by σ.
    """
    a, b, c = coefficients
    roots = np.roots([c, b, a - 1] if c else [b, a - 1])
    squares = sorted(x.real for x in roots if abs(x.imag) < 1e-12 and x.real > 0)
    return [(float(np.sqrt(x)), float(a + 3 * b * x + 5 * c * x * x)) for x in squares]


def orthogonalize(G, steps=5, coefficients=QUINTIC):
    """Replace the singular values of a matrix by (about) 1, without a singular value decomposition.

    X_0 = G / ‖G‖_F,   X_{k+1} = a X_k + b (X_k X_kᵀ) X_k + c (X_k X_kᵀ)² X_k

    With G = U diag(σ) Vᵀ every product with X Xᵀ keeps U and V: X_k = U diag(σ_k) Vᵀ, and the step is σ_{k+1} = p(σ_k)
    with p(σ) = a σ + b σ³ + c σ⁵. The first line brings all σ into [0, 1]. Where p^k(σ) → 1, X_k → U Vᵀ, which is the
    nearest matrix with orthonormal rows or columns.

    ``CUBIC`` = (3/2, −1/2, 0) is Newton's method for Xᵀ X = I in the form of Schulz, X ← X (3 I − Xᵀ X)/2. p(1) = 1 and
    p'(1) = 0, so it converges to 1 exactly, quadratically at the end; but a small σ grows by only 3/2 in a step.
    ``QUINTIC`` has the slope 3.4445 at 0: after five steps a σ of 0.01 or more lies between 0.68 and 1.14. This is
    enough for an optimizer.

    Args:
        G: shape (…, rows, columns), for example a gradient. Leading axes are a batch of matrices.
        steps: k, the number of steps.
        coefficients: (a, b, c).

    Returns:
        X_k of the shape of ``G``; a matrix of zeros stays zero.

    Raises:
        ValueError: ``G`` is no matrix, or ``steps`` is negative.

    Example:
    >>> orthogonalize([[3.0, 0.0], [0.0, 0.1]], steps=20, coefficients=CUBIC)
    [[1., 0.], [0., 1.]]

    References: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024); Higham, "Functions of
    Matrices" (2008), chapter 8.
    """
    X = floats(G)
    if len(X.shape) < 2:
        raise ValueError(f"orthogonalize needs a matrix (rows, columns), got the shape {tuple(X.shape)}.")
    if steps < 0:
        raise ValueError(f"The number of steps must be at least 0, not {steps!r}.")
    a, b, c = coefficients
    # X Xᵀ is the smaller one of the two products if the matrix is wide
    tall = X.shape[-2] > X.shape[-1]
    X = ops.swapaxes(X, -1, -2) if tall else X
    # X_0 = G / ‖G‖_F
    X = X / (ops.norm(X, axis=(-2, -1), keepdims=True) + 1e-7)
    for _ in range(steps):
        XXt = ops.matmul(X, ops.swapaxes(X, -1, -2))
        # X ← a X + (b X Xᵀ + c (X Xᵀ)²) X
        X = a * X + ops.matmul(b * XXt + c * ops.matmul(XXt, XXt), X)
    return ops.swapaxes(X, -1, -2) if tall else X
