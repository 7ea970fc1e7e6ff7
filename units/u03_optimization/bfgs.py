"""BFGS: an approximation of the inverse Hessian, computed from gradients (§4.6)."""

import math

from keras import ops

from course.validation import floats
from units.u03_optimization.clipping import length
from units.u03_optimization.descent import Descent
from units.u03_optimization.line_search import strong_wolfe


def inverse_update(B, s, y):
    """Change an approximate inverse Hessian as little as possible so that it fits the last step.

    B ← (I − s yᵀ/yᵀs) B (I − y sᵀ/yᵀs) + s sᵀ/yᵀs

    Afterwards B y = s, the secant equation: on this step B does what H⁻¹ does on a quadratic. B stays symmetric, and
    positive definite where yᵀs > 0, which a strong Wolfe step guarantees.

    Args:
        B: approximation of H⁻¹, shape (features, features).
        s: the step, θ^(t+1) − θ^(t), shape (features,).
        y: the change of the gradient, ∇C(θ^(t+1)) − ∇C(θ^(t)), shape (features,).

    Returns:
        The new B.

    Raises:
        ValueError: the shapes do not fit.
    """
    B, s, y = floats(B), floats(s), floats(y)
    n = tuple(s.shape)
    if len(n) != 1 or tuple(y.shape) != n or tuple(B.shape) != 2 * n:
        raise ValueError(
            "inverse_update: B has shape (features, features), s and y (features,), got "
            f"{tuple(B.shape)}, {n} and {tuple(y.shape)}."
        )
    # 1/yᵀs
    rho = 1 / ops.sum(y * s)
    By = ops.matmul(B, y)
    # B − (s yᵀB + B y sᵀ)/yᵀs + (1/yᵀs + yᵀB y/(yᵀs)²) s sᵀ: the product above, multiplied out
    outer = ops.outer(s, By)
    return B - rho * (outer + ops.transpose(outer)) + (rho + rho**2 * ops.sum(y * By)) * ops.outer(s, s)


def bfgs(f, start, tolerance=1e-4, max_steps=200):
    """Minimize by Broyden, Fletcher, Goldfarb and Shanno's method.

    d = −B g,   θ ← θ + α d with a strong Wolfe step α,   B ← the update of ``inverse_update``

    Args:
        f: C, a function of a tensor of shape (features,) that returns a scalar.
        start: θ^(0), shape (features,).
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Returns:
        The ``Descent``.
    """
    descent = Descent(f, start, tolerance, max_steps)
    eye = ops.eye(descent.x.shape[0], dtype=descent.x.dtype)
    B = eye
    while descent.running():
        # d = −B g
        d = -ops.matmul(B, descent.gradient)
        slope = descent.slope(d)
        if not slope < 0:  # rounding: B is no longer positive definite
            B, d = eye, -descent.gradient
            slope = descent.slope(d)
        x, g = descent.x, descent.gradient
        first = 1.0 if descent.steps else first_step(g)
        # θ ← θ + α d
        descent.take(strong_wolfe(descent.along(d), descent.value, slope, first))
        # s = θ^(t+1) − θ^(t),   y = ∇C(θ^(t+1)) − ∇C(θ^(t))
        s, y = descent.x - x, descent.gradient - g
        curvature = float(ops.sum(s * y))
        if curvature > 0:
            if descent.steps == 1:  # γ I with γ = sᵀy / yᵀy: the first B gets the right scale
                B = curvature / float(ops.sum(y * y)) * eye
            B = inverse_update(B, s, y)
    return descent


def first_step(gradient):
    """Before any curvature is known: a first trial of length at most 1, α = min(1, 1/‖g‖)."""
    # min(1, 1/‖g‖)
    size = float(ops.norm(gradient))
    return min(1.0, 1.0 / (size if size < math.inf else float(length(gradient))))
