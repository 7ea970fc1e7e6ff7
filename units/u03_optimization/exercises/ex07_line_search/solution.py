"""Line search: the exact step, Armijo's backtracking and the strong Wolfe conditions."""

import numpy as np


def exact_step(A, gradient, direction):
    """The minimum of a quadratic with the Hessian A along a direction.

    Args:
        A: symmetric, shape (features, features).
        gradient: g = ∇C(θ), shape (features,).
        direction: d, shape (features,), any direction with dᵀA d > 0.

    Returns:
        The step α, a number.
    """
    # φ'(α) = gᵀd + α dᵀA d = 0
    return -(gradient @ direction) / (direction @ A @ direction)


def armijo(coefficients, step, c1, shrink):
    """Backtracking on the line φ(α) = p₀ + p₁ α + p₂ α² + …

    Args:
        coefficients: p, shape (degree + 1,), with p₁ < 0.
        step: the first trial.
        c1: c₁, in (0, 1).
        shrink: χ, in (0, 1).

    Returns:
        The first of step, χ step, χ² step, … that meets φ(α) ≤ φ(0) + c₁ α φ'(0).
    """
    phi = np.polynomial.Polynomial(coefficients)
    while phi(step) > phi(0) + c1 * step * phi.deriv()(0):
        step = shrink * step
    return step


def is_strong_wolfe(coefficients, step, c1, c2):
    """Whether a step on the line φ(α) = p₀ + p₁ α + p₂ α² + … meets both of the strong Wolfe conditions.

    Args:
        coefficients: p, shape (degree + 1,), with p₁ < 0.
        step: α > 0.
        c1: c₁ of the sufficient decrease.
        c2: c₂ of the curvature, c₁ < c₂ < 1.

    Returns:
        True or False.
    """
    phi = np.polynomial.Polynomial(coefficients)
    slope = phi.deriv()
    low_enough = phi(step) <= phi(0) + c1 * step * slope(0)
    flat_enough = abs(slope(step)) <= c2 * abs(slope(0))
    return bool(low_enough and flat_enough)
