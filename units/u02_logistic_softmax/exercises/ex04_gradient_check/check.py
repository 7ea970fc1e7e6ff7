"""Check of ex04_gradient_check: SciPy's functions, and exact derivatives."""

import numpy as np
from scipy import special

from course.grading import close, part


def data(rng, n=6, features=3):
    x = rng.normal(size=(n, features))
    return rng.normal(size=features + 1), x, rng.integers(0, 2, size=n)


def shown(theta, x, y):
    return {"theta": theta, "x": x, "y": y}


def cost(theta, x, y):
    z = x @ theta[:-1] + theta[-1]
    return -np.mean(np.where(y == 1, special.log_expit(z), special.log_expit(-z)))


def exact(theta, x, y):
    ones = np.column_stack([x, np.ones(len(x))])
    return ones.T @ (special.expit(ones @ theta) - y) / len(y)


@part(
    "log-odds",
    points=1,
    hint="a difference of logarithms; for a small p, 1 − p loses p, and log1p(−p) does not",
)
def logit(candidate, rng):
    for p in (np.array([0.5, 0.75, 1e-12, 1 - 1e-6]), rng.uniform(0.01, 0.99, size=(2, 3))):
        close(candidate.log_odds(p), special.logit(p), inputs={"p": p}, rtol=1e-10, atol=1e-12)


@part("odds ratio", points=1, hint="the odds are e^z, and z grows by w_j δ; b is the last entry of theta")
def ratio(candidate, rng):
    theta, j, delta = rng.normal(size=4), 1, 2.5
    inputs = {"theta": theta, "j": j, "delta": delta}
    close(candidate.odds_ratio(theta, j, delta), np.exp(theta[1] * 2.5), inputs=inputs, rtol=1e-9)
    close(candidate.odds_ratio(np.array([np.log(2), 0.0]), 0, 3.0), 8.0, rtol=1e-9)


@part("the loss", points=1)
def loss(candidate, rng):
    theta, x, y = data(rng)
    close(candidate.loss(theta, x, y), cost(theta, x, y), inputs=shown(theta, x, y), rtol=1e-9)


@part("the loss stays finite", points=1, hint="log(1 + e^z) is np.logaddexp(0, z)")
def finite(candidate, rng):
    x, y, theta = np.array([[1000.0], [-1000.0], [0.0]]), np.array([0, 1, 1]), np.array([1.0, 0.0])
    close(candidate.loss(theta, x, y), cost(theta, x, y), inputs=shown(theta, x, y), rtol=1e-9)


@part("the gradient by the formula", points=2, hint="the mean over the samples of (ŷ − y) times (x, 1)")
def by_hand(candidate, rng):
    for n, features in ((6, 3), (1, 1), (10, 2)):
        theta, x, y = data(rng, n, features)
        close(
            candidate.gradient(theta, x, y),
            exact(theta, x, y),
            inputs=shown(theta, x, y),
            rtol=1e-7,
            atol=1e-10,
        )


@part(
    "the gradient by central differences", points=2, hint="one coordinate at a time, one step to either side"
)
def numerical(candidate, rng):
    theta, x, y = data(rng)
    got = candidate.numerical_gradient(theta, x, y, 1e-5)
    close(got, exact(theta, x, y), inputs=shown(theta, x, y), rtol=1e-7, atol=1e-8)
    # A long step: the formula's own error shows which formula it is.
    h, steps = 0.5, 0.5 * np.eye(4)
    expected = np.array([(cost(theta + e, x, y) - cost(theta - e, x, y)) / (2 * h) for e in steps])
    inputs = shown(theta, x, y) | {"h": h}
    close(candidate.numerical_gradient(theta, x, y, h), expected, inputs=inputs, rtol=1e-9, atol=1e-12)
