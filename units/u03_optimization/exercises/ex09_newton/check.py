"""Checks for ex09: finite differences of the loss, exact solutions, a trial of every step length."""

import numpy as np
from scipy import special

from course.grading import close, part, true


def data(rng, n=12, features=3):
    x = rng.normal(size=(n, features))
    return rng.normal(size=features), x, rng.integers(0, 2, size=n)


def cost(theta, x, y, penalty):
    z = x @ theta
    return (
        -np.mean(np.where(y == 1, special.log_expit(z), special.log_expit(-z))) + penalty / 2 * theta @ theta
    )


def exact(theta, x, y, penalty):
    p = special.expit(x @ theta)
    return x.T @ (p - y) / len(y) + penalty * theta


def hessian(theta, x, y, penalty, h=1e-5):
    steps = h * np.eye(len(theta))
    return np.stack([exact(theta + e, x, y, penalty) - exact(theta - e, x, y, penalty) for e in steps]) / (
        2 * h
    )


@part(
    "the gradient and the Hessian",
    points=3,
    hint="each sample counts with p(1 − p) in H; C is a mean, and both derivatives hold the penalty",
)
def derivatives(candidate, rng):
    for penalty in (0.0, 0.3):
        theta, x, y = data(rng)
        inputs = {"theta": theta, "x": x, "y": y, "penalty": penalty}
        g, H = candidate.derivatives(theta, x, y, penalty)
        close(g, exact(theta, x, y, penalty), inputs=inputs, rtol=1e-8, atol=1e-10, message="the gradient")
        close(H, hessian(theta, x, y, penalty), inputs=inputs, rtol=1e-6, atol=1e-8, message="the Hessian")


@part("Newton's step", points=1, hint="H d = −g")
def newton(candidate, rng):
    H, target = np.array([[3.0, 1.0], [1.0, 2.0]]), rng.normal(size=2)
    inputs = {"gradient": -H @ target, "hessian": H}
    close(candidate.newton_step(-H @ target, H), target, inputs=inputs, rtol=1e-8)


@part(
    "a damped step",
    points=3,
    hint="halve α until C(θ + α d) ≤ C(θ) + α gᵀd / 4",
)
def damped(candidate, rng):
    unit = rng.uniform(0.5, 2)  # another unit of x: the weight has 1/unit, and α is as before
    x, y, penalty = unit * np.array([[1.0], [2.0], [-1.5], [1.0]]), np.array([1, 1, 0, 0]), 1e-3 * unit**2
    lengths = []
    for start in (0.3, 2.8, 3.8, 5.0, -4.5, 7.0):
        theta = np.array([start]) / unit
        d = -exact(theta, x, y, penalty) / hessian(theta, x, y, penalty)[0]
        alpha, slope = 1.0, float(exact(theta, x, y, penalty) @ d)
        while cost(theta + alpha * d, x, y, penalty) > cost(theta, x, y, penalty) + alpha * slope / 4:
            alpha /= 2
        lengths.append(alpha)
        inputs = {"theta": theta, "x": x, "y": y, "penalty": penalty}
        close(candidate.damped_newton(theta, x, y, penalty), theta + alpha * d, inputs=inputs, rtol=1e-5)
    assert max(lengths) == 1.0  # the starts call for full steps and for short ones
    assert min(lengths) < 0.5


@part(
    "Levenberg's step is a descent step where Newton's is not", points=2, hint="add μ − λ_min where λ_min < 0"
)
def levenberg(candidate, rng):
    Q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    H, g = (Q * [-2.0, 0.5, 4.0]) @ Q.T, rng.normal(size=3)
    inputs = {"gradient": g, "hessian": H, "damping": 0.5}
    got = candidate.levenberg_step(g, H, 0.5)
    close(got, -np.linalg.solve(H + 2.5 * np.eye(3), g), inputs=inputs, rtol=1e-7)
    true(float(np.asarray(got) @ g) < 0, "d is a descent direction: gᵀd < 0", inputs=inputs)


@part(
    "Levenberg's step where all eigenvalues are positive",
    points=1,
    hint="then the shift τ is the damping μ itself",
)
def positive(candidate, rng):
    H, g = np.array([[3.0, 1.0], [1.0, 2.0]]), rng.normal(size=2)
    inputs = {"gradient": g, "hessian": H, "damping": 0.5}
    close(
        candidate.levenberg_step(g, H, 0.5),
        -np.linalg.solve(H + 0.5 * np.eye(2), g),
        inputs=inputs,
        rtol=1e-8,
    )
