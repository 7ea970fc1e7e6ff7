"""Checks for ex10: the matrix of BFGS itself, update by update."""

import numpy as np

from course.grading import close, part


def matrix(S, Y):
    """B, by the definition of the BFGS update."""
    n = S.shape[1]
    B = (S[-1] @ Y[-1]) / (Y[-1] @ Y[-1]) * np.eye(n)
    for s, y in zip(S, Y, strict=True):
        V = np.eye(n) - np.outer(y, s) / (y @ s)
        B = V.T @ B @ V + np.outer(s, s) / (y @ s)
    return B


def pairs(rng, m, n):
    Q = rng.normal(size=(n, n))
    S = rng.normal(size=(m, n))
    return S, S @ (Q @ Q.T + 0.5 * np.eye(n))


def compare(candidate, rng, m, n):
    (S, Y), g = pairs(rng, m, n), rng.normal(size=n)
    inputs = {"gradient": g, "S": S, "Y": Y}
    close(candidate.two_loop(g, S, Y), -matrix(S, Y) @ g, inputs=inputs, rtol=1e-6, atol=1e-9)


@part("one pair", points=2, hint="γ = sᵀy / yᵀy, and the direction is −B g")
def one(candidate, rng):
    S, Y, g = np.array([[1.0, 0.0]]), np.array([[2.0, 0.0]]), np.array([4.0, 6.0])
    close(
        candidate.two_loop(g, S, Y), np.array([-2.0, -3.0]), inputs={"gradient": g, "S": S, "Y": Y}, rtol=1e-9
    )
    compare(candidate, rng, 1, 4)


@part(
    "several pairs", points=3, hint="first from the newest to the oldest, then back; γ is that of the newest"
)
def several(candidate, rng):
    compare(candidate, rng, 2, 4)
    compare(candidate, rng, 5, 7)


@part("the secant equation: on the newest pair it is Newton's step", points=1)
def secant(candidate, rng):
    S, Y = pairs(rng, 3, 5)
    inputs = {"gradient": Y[-1], "S": S, "Y": Y}
    close(candidate.two_loop(Y[-1], S, Y), -S[-1], inputs=inputs, rtol=1e-6, atol=1e-9)


@part("the memory keeps the newest pairs", points=2, hint="the last rows, at most `memory` of them")
def memory(candidate, rng):
    S, Y = pairs(rng, 4, 3)
    for most in (3, 5):
        inputs = {"S": S[:3], "Y": Y[:3], "s": S[3], "y": Y[3], "memory": most}
        got = candidate.remember(S[:3], Y[:3], S[3], Y[3], most)
        close(got[0], S[-most:], inputs=inputs, rtol=1e-12, message="the steps")
        close(got[1], Y[-most:], inputs=inputs, rtol=1e-12, message="the changes of the gradient")


@part("a pair with yᵀs ≤ 0 is not stored", points=1, hint="check the sign of yᵀs")
def curvature(candidate, rng):
    S, Y = pairs(rng, 3, 3)
    s = np.array([1.0, 2.0, 0.0])
    for y in (np.array([0.5, -1.0, 3.0]), np.array([2.0, -1.0, 5.0])):  # yᵀs = −1.5 and 0
        inputs = {"S": S[:2], "Y": Y[:2], "s": s, "y": y, "memory": 5}
        got = candidate.remember(S[:2], Y[:2], s, y, 5)
        close(got[0], S[:2], inputs=inputs, rtol=1e-12, message="the steps")
        close(got[1], Y[:2], inputs=inputs, rtol=1e-12, message="the changes of the gradient")
