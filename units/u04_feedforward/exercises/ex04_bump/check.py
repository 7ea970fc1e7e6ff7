"""Checks for ex04: the networks are run in NumPy on the weights that come back."""

import numpy as np
from scipy import special

from course.grading import close, part, shape


def value(weights, x, S):
    W1, b1, W2, b2 = (np.asarray(w, "float64") for w in weights)
    return (S(x[:, None] @ W1.T + b1) @ W2.T + b2)[:, 0]


def relu(z):
    return np.maximum(z, 0)


def shapes(weights, n, inputs):
    for w, name, expected in zip(
        weights, ("W1", "b1", "W2", "b2"), ((n, 1), (n,), (1, n), (1,)), strict=True
    ):
        shape(w, expected, inputs=inputs, message=name)


@part(
    "a bump of two sigmoids",
    points=2,
    hint="ω(x − l) = ω x − ω l gives weight and bias; subtract the second sigmoid",
)
def bump(candidate, rng):
    for height, k in ((1.0, 50.0), (2.0, 20.0), (-3.0, 8.0)):
        l = float(rng.uniform(-1, 0.5))
        r, h = l + float(rng.uniform(0.1, 1)), height * float(rng.uniform(0.7, 1.4))
        inputs = {"left": l, "right": r, "height": h, "steepness": k}
        got = candidate.bump(l, r, h, k)
        shapes(got, 2, inputs)
        x = np.linspace(-2, 2, 41)
        expected = h * (special.expit(k * (x - l)) - special.expit(k * (x - r)))
        close(
            value(got, x, special.expit),
            expected,
            inputs=inputs,
            rtol=1e-5,
            atol=1e-6,
            message="f on [−2, 2]",
        )


@part("the line through two points", points=1)
def line(candidate, rng):
    first, width = rng.uniform(0.5, 2, size=2)
    knots, values = np.array([first, first + width]), rng.normal(size=2)
    inputs = {"knots": knots, "values": values}
    got = candidate.interpolant(knots, values)
    shapes(got, 1, inputs)
    x = np.linspace(*knots, 9)
    close(
        value(got, x, relu),
        np.interp(x, knots, values),
        inputs=inputs,
        atol=1e-6,
        message="f between the knots",
    )


@part(
    "through all the points",
    points=2,
    hint="the weights are changes of slope; the knots are not equally spaced",
)
def interpolant(candidate, rng):
    for n in (3, 6):
        knots, values = np.cumsum(rng.uniform(0.2, 1.5, size=n + 1)) - 1, rng.normal(size=n + 1)
        inputs = {"knots": knots, "values": values}
        got = candidate.interpolant(knots, values)
        shapes(got, n, inputs)
        x = np.linspace(knots[0], knots[-1], 50)
        expected = np.interp(x, knots, values)
        close(
            value(got, x, relu), expected, inputs=inputs, rtol=1e-5, atol=1e-6, message="f between the knots"
        )


@part("constant on the left", points=1, hint="left of all knots f is b2")
def left(candidate, rng):
    knots, values = np.array([-0.5, 0.0, 1.0, 1.25]), rng.normal(size=4)
    x = np.array([-3.0, -1.0, -0.5])
    got = value(candidate.interpolant(knots, values), x, relu)
    close(
        got,
        np.full(3, values[0]),
        inputs={"knots": knots, "values": values},
        atol=1e-6,
        message="f left of t_0",
    )
