"""Newton–Schulz iteration: the nearest orthogonal matrix by matrix products only (☆ Muon)."""

import numpy as np
from keras import ops

from course.validation import floats

CUBIC = (1.5, -0.5, 0.0)
QUINTIC = (3.4445, -4.7750, 2.0315)


def polynomial(s, coefficients=QUINTIC):
    """What one step does to a singular value.

    P(s) = a_1 s + a_3 s³ + a_5 s⁵

    Args:
        s: a NumPy array or a tensor of any shape.
        coefficients: (a_1, a_3, a_5).

    Returns:
        P(s), of the same shape.
    """
    a1, a3, a5 = coefficients
    x = s * s
    # a_1 s + a_3 s³ + a_5 s⁵
    return s * (a1 + x * (a3 + x * a5))


def fixed_points(coefficients=QUINTIC):
    """The positive solutions of P(s) = s, each with the slope P'(s) of the polynomial there.

    P(s) = s  ⟺  a_5 x² + a_3 x + a_1 − 1 = 0 with x = s²,   P'(s) = a_1 + 3 a_3 x + 5 a_5 x²

    Near a fixed point every step multiplies the distance to it by P'(s): the iteration converges to it if
    |P'(s)| < 1. The cubic one has s = 1 with P'(1) = 0. Muon's quintic one has no fixed point that attracts: in the
    end its values stay between P(1.05) = 0.68, its local minimum, and P(0.68) = 1.13, but they do not converge.

    Args:
        coefficients: (a_1, a_3, a_5).

    Returns:
        A list of pairs (s, P'(s)), sorted by s.
    """
    a1, a3, a5 = coefficients
    roots = np.roots([a5, a3, a1 - 1] if a5 else [a3, a1 - 1])
    squares = sorted(x.real for x in roots if abs(x.imag) < 1e-12 and x.real > 0)
    return [(float(np.sqrt(x)), float(a1 + 3 * a3 * x + 5 * a5 * x * x)) for x in squares]


def orthogonalize(G, steps=5, coefficients=QUINTIC):
    """Replace the singular values of a matrix by (about) 1, without a singular value decomposition.

    X_0 = G / ‖G‖_F,   X_{t+1} = a_1 X_t + a_3 (X_t X_tᵀ) X_t + a_5 (X_t X_tᵀ)² X_t

    With G = U diag(s) Vᵀ every product with X Xᵀ keeps U and V: X_t = U diag(s_t) Vᵀ, and the step is s_{t+1} = P(s_t)
    with P(s) = a_1 s + a_3 s³ + a_5 s⁵. The division by the Frobenius norm brings all s into [0, 1]. If s_t → 1, then
    X_t → U Vᵀ, which is the nearest matrix with orthonormal rows or columns.

    ``CUBIC`` = (3/2, −1/2, 0) is the iteration of Newton and Schulz, X ← X (3 I − Xᵀ X)/2. For one singular value it is
    Newton's method for 1/s² = 1; for s² = 1 Newton's method is s ← (s + 1/s)/2, which needs an inverse. P(1) = 1 and
    P'(1) = 0, so it converges to 1 exactly, quadratically at the end; but a small s grows by only 3/2 in a step.
    ``QUINTIC`` has the slope 3.4445 at 0: after five steps a s of 0.01 or more lies between 0.68 and 1.14. This is
    enough for an optimizer.

    Args:
        G: shape (…, rows, columns), for example a gradient. Leading axes are a batch of matrices.
        steps: t, the number of steps.
        coefficients: (a_1, a_3, a_5).

    Returns:
        X_t of the shape of ``G``; a matrix of zeros stays zero.

    Raises:
        ValueError: ``G`` is no matrix, or ``steps`` is negative.

    Example:
    >>> ops.convert_to_numpy(orthogonalize([[3.0, 0.0], [0.0, 0.1]], steps=20, coefficients=CUBIC)).round(4)
    array([[1., 0.],
           [0., 1.]], dtype=float32)

    References: Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024); Higham, "Functions of
    Matrices" (2008), chapter 8.
    """
    X = floats(G)
    if len(X.shape) < 2:
        raise ValueError(f"orthogonalize needs a matrix (rows, columns), got the shape {tuple(X.shape)}.")
    if steps < 0:
        raise ValueError(f"The number of steps must be at least 0, not {steps!r}.")
    a1, a3, a5 = coefficients
    # X Xᵀ is the smaller one of the two products if the matrix is wide
    tall = X.shape[-2] > X.shape[-1]
    X = ops.swapaxes(X, -1, -2) if tall else X
    # X_0 = G / ‖G‖_F
    X = X / (ops.norm(X, axis=(-2, -1), keepdims=True) + 1e-7)
    for _ in range(steps):
        XXt = ops.matmul(X, ops.swapaxes(X, -1, -2))
        # X ← a_1 X + (a_3 X Xᵀ + a_5 (X Xᵀ)²) X
        X = a1 * X + ops.matmul(a3 * XXt + a5 * ops.matmul(XXt, XXt), X)
    return ops.swapaxes(X, -1, -2) if tall else X
