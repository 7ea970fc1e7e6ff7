"""Checks for scaling laws: normal equations, a fine grid, and differences of parabolas."""

import numpy as np

from course.grading import close, part


def line(x, y):
    """Slope and intercept of the least-squares line."""
    slope = np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2)
    return slope, y.mean() - slope * x.mean()


def grid_best(N_c, alpha_N, D_c, alpha_D, F, D_max):
    """The best allocation on a grid, and on a finer grid around it."""
    low, high = np.log(1e-3), np.log(D_max)
    for _ in range(3):
        x = np.linspace(low, high, 2001)
        D = np.exp(x)
        N = F / 6 / D
        best = np.argmin((N_c / N) ** alpha_N + (D_c / D) ** alpha_D)
        low, high = x[max(best - 2, 0)], x[min(best + 2, len(x) - 1)]
    return N[best], D[best]


def parabola(N, cost):
    """Vertex of the least-squares parabola in log N, by normal equations for centred values."""
    x = np.log(N) - np.log(N).mean()
    A = np.stack([x**2, x, np.ones_like(x)], axis=1)
    a, b, c = np.linalg.solve(A.T @ A, A.T @ cost)
    return np.exp(np.log(N).mean() - b / (2 * a)), c - b * b / (4 * a)


def budget(rng, centre, runs=6):
    N = centre * np.exp(np.sort(rng.uniform(-2.2, 2.2, size=runs)))
    N[0], N[-1] = centre * np.exp(-2.0), centre * np.exp(2.5)
    return N, 0.3 + 0.05 * np.log(N / centre) ** 2 + 0.002 * rng.normal(size=runs)


@part("the power law", points=2, hint="a line in logarithms, after the floor is subtracted")
def power(candidate, rng):
    for floor, alpha, scale in ((1.7, 0.34, 50.0), (0.5, 0.8, 3.0)):
        n = np.array([10.0, 100.0, 1e3, 1e4, 1e5])
        cost = floor + (scale / n) ** alpha * np.exp(0.05 * rng.normal(size=5))
        slope, intercept = line(np.log(n), np.log(cost - floor))
        got = candidate.fit_power(n, cost, floor)
        inputs = {"n": n, "cost": cost, "floor": floor}
        close(got[0], np.exp(-intercept / slope), inputs=inputs, rtol=1e-3)
        close(got[1], -slope, inputs=inputs, rtol=1e-4)


@part(
    "a budget with enough data",
    points=2,
    hint="set the derivative by N of the cost to zero, with D = F / (6 N)",
)
def enough(candidate, rng):
    for alpha_N, alpha_D in ((0.34, 0.28), (0.8, 0.3)):
        law = {
            "N_c": rng.uniform(10, 100),
            "alpha_N": alpha_N,
            "D_c": rng.uniform(20, 200),
            "alpha_D": alpha_D,
        }
        law |= {"F": 10.0 ** rng.uniform(6, 9), "D_max": 1e12}
        N, D = grid_best(**law)
        got = candidate.allocation(**law)
        close(got[0], N, inputs=law, rtol=1e-3)
        close(got[1], D, inputs=law, rtol=1e-3)


@part("a budget with too few data", points=1, hint="take all data, and spend the rest on the size")
def few(candidate, rng):
    law = {"N_c": 50.0, "alpha_N": 0.34, "D_c": 80.0, "alpha_D": 0.28}
    law |= {"F": 10.0 ** rng.uniform(7, 9), "D_max": float(rng.integers(20, 90))}
    N, D = grid_best(**law)
    got = candidate.allocation(**law)
    close(got[0], N, inputs=law, rtol=1e-3)
    close(got[1], D, inputs=law, rtol=1e-3)


@part("the bottom of a parabola", points=2, hint="fit cost = a x² + b x + c with x = log N")
def bottom(candidate, rng):
    for centre in (20.0, 3e3):
        N, cost = budget(rng, centre)
        expected = parabola(N, cost)
        got = candidate.isoflop_minimum(N, cost)
        close(got[0], expected[0], inputs={"N": N, "cost": cost}, rtol=1e-3)
        close(got[1], expected[1], inputs={"N": N, "cost": cost}, rtol=1e-4)


@part("the growth with the budget", points=2, hint="the slope of log N_best against log F")
def grows(candidate, rng):
    F = np.array([1e4, 1e5, 1e6, 1e7])
    for exponent in (0.4, 0.55):
        centres = (
            2 * F**exponent * [1.0, 1.5, 0.7, 1.0]
        )  # not on a line, so two of the budgets are not enough
        N, cost = (np.stack(rows) for rows in zip(*[budget(rng, c) for c in centres], strict=True))
        best = np.array([parabola(*rows)[0] for rows in zip(N, cost, strict=True)])
        expected = line(np.log(F), np.log(best))[0]
        close(candidate.growth(F, N, cost), expected, inputs={"F": F, "N": N, "cost": cost}, rtol=1e-3)
