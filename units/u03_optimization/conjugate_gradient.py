"""Conjugate gradients for linear systems and for any smooth function (§4.6)."""

import math

import numpy as np
from keras import ops

from course.validation import floats
from units.u03_optimization.bfgs import first_step
from units.u03_optimization.descent import Descent
from units.u03_optimization.line_search import strong_wolfe


def conjugate_gradient(A, b, start=None, tolerance=1e-6, max_steps=None):
    """Solve A θ = b, that is, minimize ½ θᵀAθ − bᵀθ, for a symmetric positive definite A.

    α = rᵀr / dᵀA d,   θ ← θ + α d,   r⁺ = r − α A d,   ν = r⁺ᵀr⁺ / rᵀr,   d ← r⁺ + ν d

    r = b − A θ is minus the gradient, and α the exact step. The directions are conjugate, d_iᵀA d_j = 0, so that a
    minimum along one is not lost along the next: without rounding n steps are enough. Only products A d are needed.

    Args:
        A: a matrix of shape (features, features), or a function d ↦ A d.
        b: of shape (features,).
        start: θ^(0); zeros by default.
        tolerance: stop when ‖r‖ ≤ tolerance ‖b‖.
        max_steps: n by default.

    Returns:
        ``(theta, path)``: the solution, and all points as an array (steps + 1, features).

    Raises:
        ValueError: dᵀA d ≤ 0 for a direction d: A is not positive definite. Shapes that do not fit, or a b, A or start
            that is not finite.

    References: Hestenes and Stiefel, J. Res. Nat. Bur. Standards 49 (1952).
    """
    b = floats(b)
    matrix = None if callable(A) else floats(A)
    product = A if matrix is None else lambda d: ops.matmul(matrix, d)
    theta = ops.zeros_like(b) if start is None else floats(start)
    _require_shapes(b, theta, matrix)
    # r = b − A θ
    r = b if start is None else b - product(theta)
    # The method is linear in r: r / size is used, so that no square overflows or becomes 0. The size is the power of 2
    # above the largest |r_j|, and a division by it does not change any digit.
    size = 2.0 ** math.frexp(float(ops.max(ops.abs(r))))[1]
    if not bool(ops.all(ops.isfinite(r))):
        raise ValueError("conjugate_gradient: b − A θ holds NaN or infinity at the start.")
    r = r / size
    d, square, path = r, ops.sum(r * r), [np.array(ops.convert_to_numpy(theta))]
    enough = tolerance * float(ops.norm(b / size))
    for _ in range(b.shape[0] if max_steps is None else max_steps):
        if math.sqrt(float(square)) <= enough:
            break
        Ad = product(d)
        curvature = ops.sum(d * Ad)
        if not float(curvature) > 0:
            raise ValueError("conjugate_gradient needs a positive definite A: dᵀA d is not positive.")
        # α = rᵀr / dᵀA d
        alpha = square / curvature
        # θ ← θ + α d,   r⁺ = r − α A d
        theta, r = theta + size * (alpha * d), r - alpha * Ad
        # ν = r⁺ᵀr⁺ / rᵀr
        square, before = ops.sum(r * r), square
        # d ← r⁺ + ν d
        d = r + square / before * d
        path.append(np.array(ops.convert_to_numpy(theta)))
    return theta, np.array(path)


def conjugate_gradient_bound(condition_number, step):
    """The bound on the error after k steps, in the norm ‖e‖_A = (eᵀA e)^½.

    ‖e^(k)‖_A / ‖e^(0)‖_A ≤ 2 ((√κ − 1)/(√κ + 1))^k

    Args:
        condition_number: κ ≥ 1.
        step: k, an int or an array of them.

    Raises:
        ValueError: κ < 1, or not finite.
    """
    if not 1 <= condition_number < math.inf:
        raise ValueError(f"a condition number is at least 1 and finite, got {condition_number}.")
    root = math.sqrt(condition_number)
    # 2 ((√κ − 1)/(√κ + 1))^k
    return 2 * ((root - 1) / (root + 1)) ** np.asarray(step)


def _require_shapes(b, theta, matrix):
    """Raise a ValueError if b, the start and A do not belong together: a column would be broadcast to a matrix."""
    n, shapes = b.shape[0] if len(b.shape) else 0, [tuple(v.shape) for v in (b, theta)]
    if len(b.shape) not in (1, 2) or shapes[0] != shapes[1] or n < 1:
        raise ValueError(
            f"conjugate_gradient: b and start have shape (features,), got {shapes[0]} and {shapes[1]}."
        )
    if matrix is not None and tuple(matrix.shape) != (n, n):
        raise ValueError(
            f"conjugate_gradient: for b of length {n} A has shape ({n}, {n}), got {tuple(matrix.shape)}."
        )


def nonlinear_conjugate_gradient(f, start, tolerance=1e-4, max_steps=500):
    """Minimize any smooth function by Polak and Ribière's conjugate gradients.

    d = −g + ν d⁻,   ν = max(0, gᵀ(g − g⁻) / g⁻ᵀg⁻),   θ ← θ + α d with a strong Wolfe step α, c₂ = 0.1

    On a quadratic with exact steps this is the method above. Two vectors are remembered, no matrix.

    Args:
        f: C, a function of a tensor of shape (features,) that returns a scalar.
        start: θ^(0), shape (features,).
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Returns:
        The ``Descent``.
    """
    descent = Descent(f, start, tolerance, max_steps)
    d, step, slope = -descent.gradient, None, None
    while descent.running():
        before, slope = slope, descent.slope(d)
        if not slope < 0:
            d = -descent.gradient
            slope = descent.slope(d)
        # first trial: α φ'(0) as in the last step, at most twice its α
        trial = first_step(descent.gradient) if not step else min(2.0 * step, step * before / slope)
        g = descent.gradient
        step = strong_wolfe(descent.along(d), descent.value, slope, trial, c2=0.1)
        descent.take(step)
        # ν = max(0, gᵀ(g − g⁻) / g⁻ᵀg⁻)
        nu = ops.maximum(ops.sum(descent.gradient * (descent.gradient - g)) / ops.sum(g * g), 0.0)
        # d = −g + ν d⁻
        d = -descent.gradient + nu * d
    return descent
