"""The smallest and the largest curvature of a loss, and their ratio, the condition number (§4.1)."""

from units.u03_optimization.stationary_points import eigenvalues


def curvature_bounds(H):
    """The smallest and the largest curvature of a quadratic, in any direction.

    m ‖v‖² ≤ vᵀ H v ≤ L ‖v‖²,   m = λ_min(H),   L = λ_max(H)

    Args:
        H: a symmetric matrix, shape (features, features).

    Returns:
        (m, L). m > 0: strongly convex. L is the Lipschitz constant of the gradient if no eigenvalue is below −L.
    """
    values = eigenvalues(H)
    # m = λ_min(H),   L = λ_max(H)
    return float(values[0]), float(values[-1])


def condition_number(H):
    """The ratio of the curvatures: 1 for a round bowl, large for a narrow valley.

    κ = L/m

    Args:
        H: a symmetric positive definite matrix, shape (features, features).

    Returns:
        κ ≥ 1.

    Raises:
        ValueError: H is not positive definite, so that C has no minimum.

    Example:
    >>> condition_number([[1.0, 0.0], [0.0, 10.0]])
    10.0
    """
    m, L = curvature_bounds(H)
    if m <= 0:
        raise ValueError(f"the condition number L/m needs a positive definite matrix; here m = {m:.3g}.")
    # κ = L/m
    return L / m
