"""Checks for ex02: curvatures that are known by construction, and gradient descent itself."""

import numpy as np

from course.grading import close, equal, part, raises


def quadratic(rng, values, skew=True):
    """A matrix whose quadratic form has these curvatures; a skew part changes the matrix but not the form."""
    d = len(values)
    Q, S = np.linalg.qr(rng.normal(size=(d, d)))[0], rng.normal(size=(d, d))
    H = Q @ np.diag(values) @ Q.T
    return H + (S - S.T if skew else 0)


@part("the curvatures of a symmetric matrix", points=1)
def symmetric(candidate, rng):
    for values in ([1.0, 5.0], [-2.0, 0.5, 1.0], [-3.0, -2.0]):
        A = quadratic(rng, values, skew=False)
        close(candidate.curvature_bounds(A), (min(values), max(values)), inputs={"A": A}, rtol=1e-6)


@part(
    "a matrix that is not symmetric",
    points=2,
    hint="xᵀA x = xᵀAᵀx: which symmetric matrix gives the same numbers?",
)
def skew(candidate, rng):
    for values in ([1.0, 5.0], [-2.0, 0.5, 1.0]):
        A = quadratic(rng, values)
        close(candidate.curvature_bounds(A), (min(values), max(values)), inputs={"A": A}, rtol=1e-6)


@part("convex or not", points=2, hint="a direction with curvature 0 is allowed")
def convex(candidate, rng):
    cases = [
        ([1.0, 2.0], True),
        ([0.0, 2.0], True),
        ([-0.1, 2.0], False),
        ([-1.0, -2.0], False),
        ([0.0, 0.0], True),
        ([-1.0, 1e9], True),  # −1 is a rounding error beside 10⁹ …
    ]
    for values, expected in cases:
        A = quadratic(rng, values)
        equal(candidate.is_convex(A, 1e-8), expected, inputs={"A": A, "tolerance": 1e-8})
    A = quadratic(rng, [-1e-9, 2e-9], skew=False)  # … but −10⁻⁹ is none beside 2 · 10⁻⁹
    equal(candidate.is_convex(A, 1e-8), False, inputs={"A": A, "tolerance": 1e-8})
    A = quadratic(rng, [-0.1, 2.0])
    equal(candidate.is_convex(A, 0.2), True, inputs={"A": A, "tolerance": 0.2})


@part("the condition number", points=2)
def kappa(candidate, rng):
    for values in ([1.0, 10.0], [0.5, 3.0, 100.0], [2.0, 2.0]):
        A = quadratic(rng, values)
        close(candidate.condition_number(A), max(values) / min(values), inputs={"A": A}, rtol=1e-5)


@part("an error without a positive smallest curvature", points=1)
def no_bowl(candidate, rng):
    for values in ([-1.0, 2.0], [-2.0, -1.0]):
        raises(ValueError, candidate.condition_number, quadratic(rng, values))


@part(
    "steps of gradient descent",
    points=2,
    hint="take logarithms of (κ − 1)/(κ + 1) and of the factor: both are negative, so their quotient is positive",
)
def steps(candidate, rng):
    for values in ([1.0, 3.0], [1.0, 20.0], [0.5, 7.0, 50.0]):
        A = quadratic(rng, values, skew=False)
        m, L = min(values), max(values)
        # the worst start shrinks by exactly (κ − 1)/(κ + 1) in every step
        shrink, distance, count = np.abs(1 - 2 / (L + m) * np.array(values)).max(), 1.0, 0
        while distance > 1.7e-3:
            distance, count = distance * shrink, count + 1
        equal(candidate.steps_needed(A, 1.7e-3), count, inputs={"A": A, "factor": 1.7e-3})
    equal(candidate.steps_needed(2 * np.eye(2), 0.1), 1, inputs={"A": 2 * np.eye(2), "factor": 0.1})
