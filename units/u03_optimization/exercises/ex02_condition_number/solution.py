"""The curvatures and the condition number of a quadratic."""

import numpy as np


def curvature_bounds(A):
    """The smallest and the largest curvature of C(x) = ½ xᵀA x + bᵀx.

    m ‖v‖² ≤ vᵀA v ≤ L ‖v‖²  for every v, and no closer bounds hold

    Args:
        A: a square matrix, not necessarily symmetric, shape (features, features).

    Returns:
        ``(m, L)``.
    """
    values = np.linalg.eigvalsh((A + A.T) / 2)
    return values[0], values[-1]


def is_convex(A, tolerance=1e-8):
    """Whether C(x) = ½ xᵀA x + bᵀx is convex.

    Args:
        A: a square matrix, not necessarily symmetric, shape (features, features).
        tolerance: a curvature that is negative by no more than tolerance · max(|m|, |L|) is rounding.

    Returns:
        True or False.
    """
    m, L = curvature_bounds(A)
    return bool(m >= -tolerance * max(abs(m), abs(L)))


def condition_number(A):
    """The condition number of a strongly convex quadratic.

    κ = L / m

    Args:
        A: a square matrix, not necessarily symmetric, shape (features, features).

    Returns:
        κ ≥ 1.

    Raises:
        ValueError: the quadratic is not strongly convex (m ≤ 0).
    """
    m, L = curvature_bounds(A)
    if m <= 0:
        raise ValueError(f"the quadratic is not strongly convex: its smallest curvature is {m:.3g}")
    return L / m


def steps_needed(A, factor):
    """How many steps gradient descent needs at its best learning rate 2/(L + m), by its rate of convergence.

    ((κ − 1)/(κ + 1))^steps ≤ factor

    Args:
        A: of a strongly convex quadratic, shape (features, features).
        factor: what the distance to the minimum should be multiplied with, between 0 and 1.

    Returns:
        The smallest number of steps that is enough whatever the start, an int; 1 if κ = 1.
    """
    kappa = condition_number(A)
    rate = (kappa - 1) / (kappa + 1)
    if rate <= 1e-12:
        return 1
    return max(1, int(np.ceil(np.log(factor) / np.log(rate))))
