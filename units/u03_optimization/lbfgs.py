"""L-BFGS: BFGS without its matrix, from the last m steps (§4.6)."""

from keras import ops

from course.validation import floats
from units.u03_optimization.bfgs import first_step
from units.u03_optimization.descent import Descent
from units.u03_optimization.line_search import strong_wolfe


def two_loop(gradient, S, Y):
    """B g, for the matrix B that BFGS would compute from the remembered steps, in 4mn multiplications.

    q ← g;     for i from the newest to the oldest:  a_i = s_iᵀ q / y_iᵀ s_i,  q ← q − a_i y_i
    r ← γ q;   for i from the oldest to the newest:  b_i = y_iᵀ r / y_iᵀ s_i,  r ← r + (a_i − b_i) s_i
    γ = sᵀy / yᵀy of the newest pair

    A pair with yᵀs ≤ 0 counts as none, and so does a row of zeros; without any pair the result is g.

    Args:
        gradient: g, shape (features,).
        S: the steps s_i, the newest last, shape (memory, features).
        Y: the changes y_i of the gradient, shape (memory, features).

    Returns:
        r = B g, a tensor of shape (features,); the direction of descent is −r.

    Raises:
        ValueError: S and Y have not the same shape (memory, features) or not the features of the gradient.

    References: Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35 (1980).
    """
    q, S, Y = floats(gradient), floats(S), floats(Y)
    if tuple(S.shape) != tuple(Y.shape) or tuple(S.shape[1:]) != tuple(q.shape) or not S.shape[0]:
        raise ValueError(
            f"two_loop needs S and Y of one shape (memory ≥ 1, features) and a gradient of shape (features,), got "
            f"{tuple(S.shape)}, {tuple(Y.shape)} and {tuple(q.shape)}."
        )
    curvature = ops.sum(S * Y, axis=1)
    one = ops.ones_like(curvature)
    # 1/y_iᵀ s_i, or 0 for a pair that counts as none
    rho = ops.where(curvature > 0, 1 / ops.where(curvature > 0, curvature, one), 0 * one)
    m, a = S.shape[0], {}
    for i in reversed(range(m)):
        # a_i = s_iᵀ q / y_iᵀ s_i
        a[i] = rho[i] * ops.sum(S[i] * q)
        # q ← q − a_i y_i
        q = q - a[i] * Y[i]
    square = ops.sum(Y[-1] * Y[-1])
    # γ = sᵀy / yᵀy of the newest pair
    gamma = ops.where(curvature[-1] > 0, curvature[-1] / ops.where(square > 0, square, one[-1]), one[-1])
    # r ← γ q
    r = gamma * q
    for i in range(m):
        # b_i = y_iᵀ r / y_iᵀ s_i
        b = rho[i] * ops.sum(Y[i] * r)
        # r ← r + (a_i − b_i) s_i
        r = r + (a[i] - b) * S[i]
    return r


def remember(S, Y, s, y):
    """Append the newest pair and drop the oldest; a pair with yᵀs ≤ 0 changes nothing."""
    keep = ops.sum(s * y) > 0
    return (
        ops.where(keep, ops.concatenate([S[1:], s[None]]), S),
        ops.where(keep, ops.concatenate([Y[1:], y[None]]), Y),
    )


def lbfgs(f, start, memory=10, tolerance=1e-4, max_steps=200):
    """Minimize by BFGS with limited memory.

    d = −B g by ``two_loop``,   θ ← θ + α d with a strong Wolfe step α

    Args:
        f: C, a function of a tensor of shape (features,) that returns a scalar.
        start: θ^(0), shape (features,).
        memory: m, how many steps to remember; with m ≥ the number of steps it is BFGS.
        tolerance: stop when max_j |∂C/∂θ_j| is at most this.
        max_steps: stop after so many steps.

    Returns:
        The ``Descent``.

    Raises:
        ValueError: the memory is less than 1.
    """
    if memory < 1:
        raise ValueError(f"L-BFGS has to remember at least one step, got memory={memory}.")
    descent = Descent(f, start, tolerance, max_steps)
    S = Y = ops.zeros((memory, descent.x.shape[0]), dtype=descent.x.dtype)
    while descent.running():
        # d = −B g
        d = -two_loop(descent.gradient, S, Y)
        slope = descent.slope(d)
        if not slope < 0:  # rounding: −B g is no descent direction, so clear the memory
            S, Y, d = 0 * S, 0 * Y, -descent.gradient
            slope = descent.slope(d)
        x, g = descent.x, descent.gradient
        first = 1.0 if descent.steps else first_step(g)
        # θ ← θ + α d
        descent.take(strong_wolfe(descent.along(d), descent.value, slope, first))
        S, Y = remember(S, Y, descent.x - x, descent.gradient - g)
    return descent
