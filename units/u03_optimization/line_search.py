"""Line search along a direction: the exact step, Armijo's backtracking, the strong Wolfe conditions (§4.5).

Throughout φ(α) = C(θ + α d) is the loss along a descent direction d: φ'(0) = ∇C(θ)ᵀ d < 0.
"""

import math

import numpy as np
from keras import ops

from course.validation import floats

# The relative rounding error of the loss: near a minimum φ(α) ≤ φ(0) cannot be decided more precisely.
ROUNDING = 4 * float(np.finfo("float32").eps)


def exact_step(A, gradient, direction):
    """The minimum of a quadratic C(θ) = ½ θᵀAθ − bᵀθ along a direction.

    φ(α) = φ(0) + α gᵀd + ½ α² dᵀA d,   so   α = −gᵀd / dᵀA d

    Args:
        A: the Hessian, symmetric, shape (features, features).
        gradient: g = Aθ − b, shape (features,).
        direction: d, shape (features,).

    Returns:
        α, a tensor of shape ().

    Raises:
        ValueError: dᵀA d is not positive: along d the quadratic has no minimum. Or shapes that do not fit.
    """
    A, g, d = (floats(a) for a in (A, gradient, direction))
    shapes = [tuple(a.shape) for a in (A, g, d)]
    if len(shapes[1]) != 1 or shapes[2] != shapes[1] or shapes[0] != 2 * shapes[1]:
        raise ValueError(
            "exact_step: A has shape (features, features), gradient and direction (features,), got "
            f"{shapes[0]}, {shapes[1]} and {shapes[2]}."
        )
    curvature = ops.sum(d * ops.matmul(A, d))
    if not float(curvature) > 0:
        raise ValueError("exact_step: dᵀA d is not positive, so there is no minimum along this direction.")
    # α = −gᵀd / dᵀA d
    return -ops.sum(g * d) / curvature


def sufficient_decrease(value, phi0, slope0, step, c1=1e-4):
    """Armijo's condition, the first of Wolfe's: φ(α) ≤ φ(0) + c₁ α φ'(0)."""
    # φ(α) ≤ φ(0) + c₁ α φ'(0)
    return value <= phi0 + c1 * step * slope0


def flat_enough(slope, slope0, c2=0.9):
    """The strong curvature condition, the second: |φ'(α)| ≤ c₂ |φ'(0)|."""
    # |φ'(α)| ≤ c₂ |φ'(0)|
    return abs(slope) <= c2 * abs(slope0)


def armijo(phi, phi0, slope0, step=1.0, c1=1e-4, shrink=0.5, max_trials=40):
    """Backtracking: shorten the step until the loss decreases enough.

    α ← χ α   until   φ(α) ≤ φ(0) + c₁ α φ'(0)

    Args:
        phi: α ↦ (φ(α), φ'(α)) or α ↦ φ(α); the slope is not used.
        phi0: φ(0).
        slope0: φ'(0), negative.
        step: the first α.
        c1: c₁, the share of the linear decrease α φ'(0) that is required.
        shrink: χ in (0, 1).
        max_trials: the largest number of evaluations of φ.

    Returns:
        α, or 0.0 if no trial was low enough: then the loss cannot be made smaller in this arithmetic.

    Raises:
        ValueError: the direction does not lead down, the first α is negative, or c₁ or χ are not in (0, 1).
    """
    _check(slope0, step, c1=c1, shrink=shrink)
    for _ in range(max_trials):
        value = phi(step)
        value = value[0] if isinstance(value, tuple) else value
        if sufficient_decrease(value, phi0, slope0, step, c1):
            return step
        # α ← χ α
        step = shrink * step
    return 0.0


def strong_wolfe(phi, phi0, slope0, step=1.0, c1=1e-4, c2=0.9, max_trials=25):
    """A step with a sufficient decrease of the loss and a small slope.

    φ(α) ≤ φ(0) + c₁ α φ'(0)   and   |φ'(α)| ≤ c₂ |φ'(0)|,   0 < c₁ < c₂ < 1

    The interval (low, high) contains such a step: at ``low`` the loss is low enough and still decreases steeply, at
    ``high`` it is not low enough or increases. Until a ``high`` is known the step doubles; then the next trial is the
    minimum of the cubic through both ends.

    Args:
        phi: α ↦ (φ(α), φ'(α)).
        phi0: φ(0).
        slope0: φ'(0), negative.
        step: the first trial; use 1 for Newton and quasi-Newton methods.
        c1: c₁.
        c2: c₂: 0.9 for quasi-Newton methods, 0.1 for conjugate gradients.
        max_trials: the largest number of evaluations of φ.

    Returns:
        α; if the trials run out, the last ``low``, which is 0.0 if nothing was low enough.

    Raises:
        ValueError: the direction does not lead down, the first trial is negative, or not 0 < c₁ < c₂ < 1.

    References: Nocedal and Wright, *Numerical Optimization* (2006), §3.5.
    """
    _check(slope0, step, c1=c1, c2=c2)
    if c1 >= c2:
        raise ValueError(f"strong_wolfe needs c1 < c2, got c1={c1} and c2={c2}.")
    low, high = (0.0, phi0, slope0), None
    for trial in range(max_trials):
        value, slope = phi(step)
        here = (step, value, slope)
        # the rounding error is allowed: then the slope alone decides
        enough = sufficient_decrease(value, phi0 + ROUNDING * abs(phi0), slope0, step, c1)
        if enough and flat_enough(slope, slope0, c2):
            return step
        if enough and slope < 0:
            low = here
        else:
            high = here
        step = 2 * step if high is None else between(low, high, bisect=trial % 3 == 2)
    return low[0]


def between(low, high, bisect=False):
    """The next trial inside (low, high): the minimum of the cubic with the values and slopes of both ends.

    α = α_h − (α_h − α_l) (φ'_h + d₂ − d₁) / (φ'_h − φ'_l + 2 d₂),
    d₁ = φ'_l + φ'_h − 3 (φ_l − φ_h)/(α_l − α_h),   d₂ = (d₁² − φ'_l φ'_h)^½

    It keeps a tenth of the interval away from both ends, and is the middle where the cubic has no minimum.

    Args:
        low: (α_l, φ(α_l), φ'(α_l)).
        high: (α_h, φ(α_h), φ'(α_h)), α_h > α_l.
        bisect: take the middle, so that the interval shrinks in any case.
    """
    (a, phi_a, slope_a), (b, phi_b, slope_b) = low, high
    width, middle = b - a, (a + b) / 2
    # d₁ = φ'_l + φ'_h − 3 (φ_l − φ_h)/(α_l − α_h)
    d1 = slope_a + slope_b - 3 * (phi_a - phi_b) / (a - b)
    # d₂ = (d₁² − φ'_l φ'_h)^½
    square = d1 * d1 - slope_a * slope_b
    if bisect or not (math.isfinite(square) and square >= 0):
        return middle
    d2 = math.sqrt(square)
    below = slope_b - slope_a + 2 * d2
    # α = α_h − (α_h − α_l) (φ'_h + d₂ − d₁) / (φ'_h − φ'_l + 2 d₂)
    trial = b - width * (slope_b + d2 - d1) / below if below != 0 else middle
    return min(max(trial, a + 0.1 * width), b - 0.1 * width)


def _check(slope0, step, **shares):
    if not slope0 < 0:
        raise ValueError(f"a line search needs a descent direction: φ'(0) < 0, not {slope0}.")
    if not step >= 0:
        raise ValueError(f"the first step of a line search must be positive, not {step}.")
    for name, share in shares.items():
        if not 0 < share < 1:
            raise ValueError(f"{name} must be in (0, 1), got {share}.")
