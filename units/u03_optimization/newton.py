"""Newton's method, pure and damped, and Levenberg's method (§4.6)."""

import numpy as np
from keras import ops

from course.validation import floats
from units.u03_optimization.descent import Descent
from units.u03_optimization.line_search import ROUNDING, armijo


def newton_one_dimension(f, start, steps):
    """Newton's method for a function of one number, with the parabola of every step.

    x⁺ = x − C'(x)/C''(x), the minimum (if C'' > 0) of   q(u) = C(x) + C'(x)(u − x) + ½ C''(x)(u − x)²

    Args:
        f: C, a function of a tensor of shape (1,) that returns a scalar.
        start: x^(0), a number.
        steps: how many.

    Returns:
        An array (steps + 1, 4): x, C(x), C'(x), C''(x) of every point.
    """
    descent, rows = Descent(f, [start], tolerance=0.0, max_steps=steps), []
    for t in range(steps + 1):
        slope, curvature = float(descent.gradient[0]), float(descent.product(ops.ones_like(descent.x))[0])
        rows.append((float(descent.x[0]), descent.value, slope, curvature))
        if t < steps:
            if curvature == 0:
                raise ValueError(
                    f"Newton's method cannot go on: the second derivative at {rows[-1][0]} is 0."
                )
            # x⁺ = x − C'(x)/C''(x)
            descent.along(ops.ones_like(descent.x) * (-slope / curvature))(1.0)
            descent.take(1.0)
    return np.array(rows)


def newton(f, start, damped=True, tolerance=1e-4, max_steps=50):
    """Newton's method.

    H(θ) d = −g(θ),   θ ← θ + α d

    Pure: α = 1. Near a minimum with a positive definite Hessian the error is then squared in every step. From other
    points it may diverge, and it may converge to a saddle or a maximum. Damped: α by Armijo's backtracking from 1. This
    cannot diverge, but it stops where the Hessian is indefinite and d is no descent direction.

    Args:
        f: C, a function of a tensor of shape (features,) that returns a scalar.
        start: θ^(0), shape (features,).
        damped: whether to search along d.
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Returns:
        The ``Descent``; its ``stopped`` may be ``"the Newton direction does not lead down"``.
    """
    descent = Descent(f, start, tolerance, max_steps)
    while descent.running():
        values, V = ops.eigh(descent.hessian())
        if float(ops.min(ops.abs(values))) == 0.0:
            descent.stopped = "the Hessian is singular"
            break
        # d = −H⁻¹ g = −V Λ⁻¹ Vᵀ g
        d = -ops.matmul(V, ops.matmul(ops.transpose(V), descent.gradient) / values)
        slope, phi = descent.slope(d), descent.along(d)
        if damped and not slope < 0:
            descent.stopped = "the Newton direction does not lead down"
            break
        if damped:
            descent.take(armijo(phi, descent.value, slope))
        else:
            phi(1.0)
            descent.take(1.0)
    return descent


def levenberg_step(gradient, hessian, damping):
    """Newton's step for the Hessian plus a multiple of the identity that makes it positive definite.

    d = −(H + τI)⁻¹ g = −∑_i (v_iᵀg) / (λ_i + τ) v_i,   τ ≥ damping and τ ≥ damping − λ_min

    τ = 0 is Newton's method, τ → ∞ a short step down the gradient. As λ_i + τ > 0 for every i, d is a descent
    direction, also where Newton's step is none; near a saddle the direction of negative curvature dominates.

    Args:
        gradient: g, shape (features,).
        hessian: H, symmetric, shape (features, features).
        damping: the smallest eigenvalue of H + τI is at least this positive number.

    Returns:
        ``(d, shift)``: the step of shape (features,), and the τ used, a float.

    Raises:
        ValueError: the damping is not positive, or the shapes do not fit.
    """
    gradient, hessian = floats(gradient), floats(hessian)
    n = tuple(gradient.shape)
    if len(n) != 1 or tuple(hessian.shape) != 2 * n:
        raise ValueError(
            "levenberg_step: the gradient has shape (features,) and the Hessian (features, features), got "
            f"{n} and {tuple(hessian.shape)}."
        )
    if not damping > 0:
        raise ValueError(f"the damping must be positive, got {damping}.")
    values, V = ops.eigh(hessian)
    shift = damping + max(0.0, -float(values[0]))
    # d = −V (Λ + τI)⁻¹ Vᵀ g
    return -ops.matmul(V, ops.matmul(ops.transpose(V), gradient) / (values + shift)), shift


def levenberg(f, start, damping=1e-2, tolerance=1e-4, max_steps=100):
    """Minimize by Levenberg's damped Newton method.

    d = −(H + τI)⁻¹ g; if C(θ + d) ≤ C(θ), up to rounding, take it and divide the damping by 4, else multiply it by 4
    and try again.

    Args:
        f: C, a function of a tensor of shape (features,) that returns a scalar.
        start: θ^(0), shape (features,).
        damping: the damping of the first step.
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Returns:
        The ``Descent``.

    Raises:
        ValueError: the damping is not positive.

    References: Levenberg, Quart. Appl. Math. 2 (1944).
    """
    if not damping > 0:
        raise ValueError(f"the damping must be positive, got {damping}.")
    descent = Descent(f, start, tolerance, max_steps)
    while descent.running():
        hessian = descent.hessian()
        for _ in range(30):
            d, _ = levenberg_step(descent.gradient, hessian, damping)
            value, _ = descent.along(d)(1.0)
            if float(value) <= descent.value + ROUNDING * abs(descent.value):
                descent.take(1.0)
                damping = max(damping / 4, 1e-6)
                break
            damping = 4 * damping
        else:
            descent.stopped = "no lower point, however large the damping"
    return descent
