"""The speed of gradient descent and momentum on a quadratic, in theory and measured (§4.2, §4.3).

C(θ) = ½ θᵀHθ, the eigenvalues of H between m and L, κ = L/m. Descents are linear maps there: after
many steps every step multiplies the distance to the minimum by the same factor ρ.
"""

import math

import numpy as np


def stability_limit(largest):
    """The learning rate below which gradient descent converges from every start.

    Along an eigenvector with eigenvalue λ a step multiplies by 1 − αλ; |1 − αλ| < 1 for all λ ≤ L needs α < 2/L.
    At α = 2/L the factor of the steepest direction is −1: descent oscillates there. Above, it diverges.

    Args:
        largest: L > 0.
    """
    # 2/L
    return 2 / _curvatures(largest, largest)[1]


def optimal_learning_rate(smallest, largest):
    """The α for which gradient descent is fastest.

    α* = 2/(L + m): then 1 − αm = −(1 − αL), and neither end of the spectrum is slower than the other.

    Args:
        smallest: m > 0.
        largest: L ≥ m.
    """
    m, L = _curvatures(smallest, largest)
    # α* = 2/(L + m)
    return 2 / (L + m)


def descent_rate(learning_rate, smallest, largest):
    """The factor of gradient descent with the step α.

    ρ(α) = max(|1 − αm|, |1 − αL|),   and ρ(α*) = (κ − 1)/(κ + 1)

    Args:
        learning_rate: α, a number or an array.
        smallest: m > 0.
        largest: L ≥ m.
    """
    m, L = _curvatures(smallest, largest)
    alpha = np.asarray(learning_rate, "float64")
    # ρ(α) = max(|1 − αm|, |1 − αL|)
    return np.maximum(np.abs(1 - alpha * m), np.abs(1 - alpha * L))


def tuned_heavy_ball(smallest, largest):
    """The α and β for which momentum is fastest, and its factor.

    α = 4/(√L + √m)²,   β = ((√κ − 1)/(√κ + 1))²,   ρ = √β = (√κ − 1)/(√κ + 1)

    The distance falls by √β in each step, the loss by β. Gradient descent needs about κ/2 steps for a factor e, this
    √κ/2.

    Args:
        smallest: m > 0.
        largest: L ≥ m.

    Returns:
        (α, β, ρ).

    References: Polyak (1964).
    """
    m, L = _curvatures(smallest, largest)
    # β = ((√κ − 1)/(√κ + 1))²
    beta = ((math.sqrt(L) - math.sqrt(m)) / (math.sqrt(L) + math.sqrt(m))) ** 2
    # α = 4/(√L + √m)²,   ρ = √β
    return 4 / (math.sqrt(L) + math.sqrt(m)) ** 2, beta, math.sqrt(beta)


def tuned_nesterov(smallest, largest):
    """The usual α and β of Nesterov's momentum on a strongly convex function, and its factor on a quadratic.

    α = 1/L,   β = (√κ − 1)/(√κ + 1),   ρ = 1 − 1/√κ

    Args:
        smallest: m > 0.
        largest: L ≥ m.

    Returns:
        (α, β, ρ).

    References: Nesterov, "Introductory Lectures on Convex Optimization", Springer 2004, §2.2.
    """
    m, L = _curvatures(smallest, largest)
    root = math.sqrt(L / m)
    # α = 1/L,   β = (√κ − 1)/(√κ + 1),   ρ = 1 − 1/√κ
    return 1 / L, (root - 1) / (root + 1), 1 - 1 / root


def measured_rate(distances, floor=1e-5):
    """The factor per step that a descent shows in the long run: the slope of log-distance against the step.

    It uses the later half of the steps before the distance has fallen to ``floor`` times the first: early steps depend
    on all directions, not on the slowest alone, and below the floor the distance is rounding error. For a minimum at
    the origin the floor can be much smaller, because floating-point numbers are dense there.

    Args:
        distances: ‖θ^(t) − θ*‖ for t = 0, 1, …; shape (steps + 1,).
        floor: of the distance relative to the first.

    Returns:
        ρ, a Python float.

    Raises:
        ValueError: fewer than ten steps are above the floor, or the first distance is not positive.
    """
    d = np.asarray(distances, "float64")
    if d.ndim != 1 or not d.size or not 0 < d[0] < math.inf:
        raise ValueError(
            "measured_rate: distances have shape (steps + 1,), and the first is positive and finite."
        )
    d = d / d[0]
    above = d > floor
    last = len(d) if above.all() else int(above.argmin())
    if last < 10:
        raise ValueError(
            f"measured_rate: only {last} distances before the first below {floor:g} of the start; lower the floor."
        )
    steps = np.arange(last // 2, last)
    return float(np.exp(np.polyfit(steps, np.log(d[steps]), 1)[0]))


def noise_ball(learning_rate, curvatures, variances):
    """How far from the minimum stochastic gradient descent with a constant α stays, in the mean square.

    For ∇C_batch(θ) = H(θ − θ*) + ξ with noise ξ of mean 0 and variance σ_j² along the eigenvector of λ_j,

    E‖θ − θ*‖² → ∑_j α σ_j² / (λ_j (2 − α λ_j))

    since the variance p of one coordinate meets itself again after a step, p = (1 − αλ)² p + α²σ². For small α it is
    proportional to α.

    Args:
        learning_rate: α < 2/max λ, a number or an array (rates,).
        curvatures: λ_j, shape (directions,).
        variances: σ_j², shape (directions,).

    Returns:
        The mean square distance, of the shape of α.

    Raises:
        ValueError: α is not between 0 and 2/max λ, a λ_j is not positive, a σ_j² is negative, or there is not one σ_j²
            for each λ_j.
    """
    alpha = np.asarray(learning_rate, "float64")[..., None]
    lam, var = np.asarray(curvatures, "float64"), np.asarray(variances, "float64")
    if lam.ndim != 1 or var.shape != lam.shape or not (np.all(lam > 0) and np.all(var >= 0)):
        raise ValueError(
            "noise_ball: curvatures > 0 and variances ≥ 0 have shape (directions,), got "
            f"{curvatures!r} and {variances!r}."
        )
    if not np.all((alpha > 0) & (alpha * lam < 2)):
        raise ValueError("noise_ball: α must be > 0 and below 2/max λ, where descent is stable.")
    return np.sum(alpha * var / (lam * (2 - alpha * lam)), axis=-1)


def _curvatures(smallest, largest):
    m, L = float(smallest), float(largest)
    if not 0 < m <= L < math.inf:
        raise ValueError(f"The curvatures must be 0 < m ≤ L, not m = {smallest} and L = {largest}.")
    return m, L
