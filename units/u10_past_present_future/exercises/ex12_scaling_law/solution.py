"""Scaling laws by linear regression, a budget with limited data, and minima at constant budget."""

import numpy as np


def fit_power(n, cost, floor):
    """The power law above a known floor, by least squares in logarithms.

    cost − floor = (n_c / n)^α,   log(cost − floor) = α log n_c − α log n

    Args:
        n: sizes, shape (runs,).
        cost: costs, shape (runs,), all above ``floor``.
        floor: a number.

    Returns:
        ``(n_c, alpha)``, two floats.
    """
    slope, intercept = np.polyfit(np.log(n), np.log(cost - floor), 1)
    alpha = -slope
    return float(np.exp(intercept / alpha)), float(alpha)


def allocation(N_c, alpha_N, D_c, alpha_D, F, D_max):
    """The size and the data with the smallest cost for F = 6 N D, if there are no more than D_max samples.

    C(N, D) = C_∞ + (N_c / N)^{α_N} + (D_c / D)^{α_D}

    Args:
        N_c, alpha_N, D_c, alpha_D: constants of the law.
        F: operations of the budget; all of them are spent.
        D_max: number of samples that exist.

    Returns:
        ``(N, D)``, two floats.
    """
    both = alpha_N + alpha_D
    balance = (alpha_N * N_c**alpha_N / (alpha_D * D_c**alpha_D)) ** (1 / both)
    N = balance * (F / 6) ** (alpha_D / both)
    D = min(F / 6 / N, D_max)
    return float(F / 6 / D), float(D)


def isoflop_minimum(N, cost):
    """The bottom of the parabola in log N that fits the costs of runs with the same budget.

    Args:
        N: sizes, shape (runs,).
        cost: costs, shape (runs,).

    Returns:
        ``(N_best, cost_best)``, two floats.
    """
    a, b, c = np.polyfit(np.log(N), cost, 2)
    bottom = -b / (2 * a)
    return float(np.exp(bottom)), float(c - b**2 / (4 * a))


def growth(F, N, cost):
    """The exponent with which the best size grows with the budget, N_best ∝ F^exponent.

    Args:
        F: budgets, shape (budgets,).
        N: sizes, shape (budgets, runs).
        cost: costs, shape (budgets, runs).

    Returns:
        The slope of log N_best against log F, a float.
    """
    best = [isoflop_minimum(sizes, costs)[0] for sizes, costs in zip(N, cost, strict=True)]
    return float(np.polyfit(np.log(F), np.log(best), 1)[0])
