"""Checks for ex01: central differences in float64, and Hessians whose eigenvalues are known."""

import numpy as np

from course.grading import close, equal, part


def cost(A, b, c, x):
    return x @ A @ x / 2 + b @ x + np.sum(c * x**4) / 4


def slopes(f, x, h=1e-5):
    """Central differences of f, one column for each coordinate of x."""
    return np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))], axis=-1)


def problem(rng, d=3):
    return rng.normal(size=(d, d)), rng.normal(size=d), rng.normal(size=d), rng.normal(size=d)


def turned(rng, values):
    """A symmetric matrix with these eigenvalues."""
    Q = np.linalg.qr(rng.normal(size=(len(values),) * 2))[0]
    H = Q @ np.diag(values) @ Q.T
    return (H + H.T) / 2


def named(candidate, rng, cases, tolerance=1e-6):
    for values, name in cases:
        H = turned(rng, values)
        equal(candidate.classify(H, tolerance), name, inputs={"H": H, "tolerance": tolerance})


@part("the gradient", points=2, hint="½ xᵀA x gives A and Aᵀ, one half of each; ¼ c x⁴ gives c x³")
def gradient(candidate, rng):
    for d in (2, 4):
        A, b, c, x = problem(rng, d)
        expected = slopes(lambda at, A=A, b=b, c=c: cost(A, b, c, at), x)
        inputs = {"A": A, "b": b, "c": c, "x": x}
        close(candidate.gradient(A, b, c, x), expected, inputs=inputs, rtol=1e-5, atol=1e-5)


@part("the Hessian", points=2, hint="differentiate your gradient once more; it is symmetric")
def hessian(candidate, rng):
    for d in (2, 3):
        A, b, c, x = problem(rng, d)
        gradient = lambda at, A=A, b=b, c=c: slopes(lambda v: cost(A, b, c, v), at, h=1e-4)  # noqa: E731
        inputs = {"A": A, "c": c, "x": x}
        close(candidate.hessian(A, c, x), slopes(gradient, x, h=1e-4), inputs=inputs, rtol=1e-4, atol=1e-4)


@part("minimum, maximum, saddle", points=2, hint="look at the signs of all the eigenvalues")
def clear_cases(candidate, rng):
    named(candidate, rng, [([1.0, 2.0], "minimum"), ([-1.0, -2.0], "maximum"), ([-1.0, 2.0], "saddle")])
    named(
        candidate,
        rng,
        [([-1.0, -2.0, 3.0], "saddle"), ([0.01, 1.0, 3.0], "minimum"), ([-1.0, -2.0, -3.0], "maximum")],
    )


@part(
    "where the second derivatives do not decide",
    points=2,
    hint="an eigenvalue that is tiny beside the largest counts as 0; a saddle has both signs, whatever else is 0",
)
def degenerate(candidate, rng):
    named(
        candidate,
        rng,
        [([0.0, 2.0], "degenerate"), ([-3.0, 1e-9], "degenerate"), ([-1e-9, 1.0, 2.0], "degenerate")],
    )
    named(candidate, rng, [([-1.0, 0.0, 2.0], "saddle"), ([1e-3, 1.0], "minimum")])
    named(candidate, rng, [([1e-8, 2e-8], "minimum"), ([-1e-8, 2e-8], "saddle"), ([5.0, 1e9], "degenerate")])
    named(candidate, rng, [([0.05, 1.0], "degenerate"), ([0.2, 1.0], "minimum")], tolerance=0.1)
    inputs = {"H": np.zeros((2, 2)), "tolerance": 1e-6}
    equal(candidate.classify(**inputs), "degenerate", inputs=inputs)
