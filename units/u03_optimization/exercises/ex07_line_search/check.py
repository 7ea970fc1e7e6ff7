"""Checks for ex07: closed forms, and polynomials evaluated term by term."""

import numpy as np

from course.grading import close, equal, part


def value(p, a):
    return sum(c * a**k for k, c in enumerate(p))


def slope(p, a):
    return sum(k * c * a ** (k - 1) for k, c in enumerate(p) if k)


def backtrack(p, step, c1, shrink):
    trial = step
    while value(p, trial) > p[0] + c1 * trial * p[1]:
        trial *= shrink
    return trial


def stretched(rng, p):
    """The same line in other units: v φ(α/m) plus a constant, and m."""
    m, v = rng.uniform(0.5, 2, size=2)
    coefficients = v * np.array(p) / m ** np.arange(len(p))
    coefficients[0] += rng.normal()
    return coefficients, m


def quadratic(rng, n=4):
    Q = rng.normal(size=(n, n))
    return Q @ Q.T + np.eye(n), rng.normal(size=n)


@part("the exact step along the negative gradient", points=1)
def steepest(candidate, rng):
    A, g = quadratic(rng)
    inputs = {"A": A, "gradient": g, "direction": -g}
    close(candidate.exact_step(A, g, -g), g @ g / (g @ A @ g), inputs=inputs, rtol=1e-9)


@part("the exact step along any direction", points=2, hint="set φ'(α) = gᵀd + α dᵀA d to 0")
def any_direction(candidate, rng):
    for _ in range(2):
        (A, g), d = quadratic(rng), rng.normal(size=4)
        inputs = {"A": A, "gradient": g, "direction": d}
        got = candidate.exact_step(A, g, d)
        close(got, -(d @ g) / (d @ A @ d), inputs=inputs, rtol=1e-9)


@part("backtracking takes the first trial that is low enough", points=2)
def first_trial(candidate, rng):
    for step, c1, shrink in ((4.0, 0.1, 0.5), (8.0, 0.3, 0.7), (0.5, 0.1, 0.5)):
        p, m = stretched(rng, [1.0, -2.0, 1.0])
        step = float(m * step)
        inputs = {"coefficients": p, "step": step, "c1": c1, "shrink": shrink}
        got = candidate.armijo(p, step, c1, shrink)
        close(got, backtrack(p, step, c1, shrink), inputs=inputs, rtol=1e-9)


@part("a small decrease is not sufficient", points=2, hint="the bound φ(0) + c₁ α φ'(0) decreases with α")
def share_of_the_promise(candidate, rng):
    for step, c1 in ((1.9, 0.8), (1.9, 0.4), (12.0, 0.6)):
        p, m = stretched(rng, [0.0, -1.0, 0.3, 0.1])
        step = float(m * step)
        inputs = {"coefficients": p, "step": step, "c1": c1, "shrink": 0.6}
        close(candidate.armijo(p, step, c1, 0.6), backtrack(p, step, c1, 0.6), inputs=inputs, rtol=1e-9)


@part(
    "the strong Wolfe conditions",
    points=3,
    hint="both conditions have to hold, and the slope may be too steep in either direction",
)
def strong_wolfe(candidate, rng):
    lines = ([1.0, -2.0, 1.0], [0.0, -1.0, 0.0, 0.4], [0.0, -1.0, 1.5, -0.4])
    for i in rng.permutation(3):
        p, m = stretched(rng, lines[i])
        for step in (m * rng.permutation([0.05, 0.5, 0.95, 1.3, 1.8, 2.1])).tolist():
            low = value(p, step) <= p[0] + 0.05 * step * p[1]
            flat = abs(slope(p, step)) <= 0.4 * abs(p[1])
            inputs = {"coefficients": p, "step": step, "c1": 0.05, "c2": 0.4}
            equal(candidate.is_strong_wolfe(p, step, 0.05, 0.4), bool(low and flat), inputs=inputs)
    # a short step on 1 − 2α + α² has to lower the loss by c₁ · 0.2 · 2 = 0.16 only, and lowers it by 0.36
    inputs = {"coefficients": np.array([1.0, -2.0, 1.0]), "step": 0.2, "c1": 0.4, "c2": 0.9}
    equal(candidate.is_strong_wolfe(**inputs), True, inputs=inputs)
