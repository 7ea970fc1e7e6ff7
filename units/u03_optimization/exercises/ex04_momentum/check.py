"""Checks for ex04: the recursions step by step, and the tuned constants."""

import numpy as np

from course.grading import close, part, shape


def heavy_ball(theta, gradients, learning_rate, momentum):
    theta, v = theta.astype("float64"), np.zeros(theta.shape)
    for g in gradients:
        v = momentum * v - learning_rate * g
        theta = theta + v
    return theta, v


def nesterov(H, theta, learning_rate, momentum, steps):
    path, v = [theta.astype("float64")], np.zeros(theta.shape)
    for _ in range(steps):
        v = momentum * v - learning_rate * H.astype("float64") @ (path[-1] + momentum * v)
        path.append(path[-1] + v)
    return np.array(path)


@part("the first step has no velocity yet", points=1)
def first(candidate, rng):
    given = {
        "theta": rng.normal(size=2).astype("float32"),
        "gradients": rng.normal(size=(1, 2)).astype("float32"),
        "learning_rate": 0.5,
        "momentum": 0.9,
    }
    theta, v = candidate.heavy_ball(**given)
    close(theta, given["theta"] - 0.5 * given["gradients"][0], inputs=given, atol=1e-6, message="θ^(1)")
    close(v, -0.5 * given["gradients"][0], inputs=given, atol=1e-6, message="v^(1)")


@part("many steps of the heavy ball", points=2, hint="β multiplies the old velocity, in every step")
def many(candidate, rng):
    given = {
        "theta": rng.normal(size=3).astype("float32"),
        "gradients": rng.normal(size=(5, 3)).astype("float32"),
        "learning_rate": 0.3,
        "momentum": 0.8,
    }
    theta, v = candidate.heavy_ball(**given)
    expected_theta, expected_v = heavy_ball(**given)
    close(theta, expected_theta, inputs=given, rtol=1e-4, atol=1e-5, message="θ")
    close(v, expected_v, inputs=given, rtol=1e-4, atol=1e-5, message="v")


@part(
    "Nesterov's gradient is taken at θ + β v",
    points=3,
    hint="where is the gradient taken, and which point is in the path?",
)
def ahead(candidate, rng):
    root = rng.normal(size=(3, 3))
    given = {
        "H": (root @ root.T / 3 + np.eye(3)).astype("float32"),
        "theta": rng.normal(size=3).astype("float32"),
        "learning_rate": 0.1,
        "momentum": 0.9,
        "steps": 5,
    }
    got = candidate.nesterov(**given)
    shape(got, (6, 3))
    close(got, nesterov(**given), inputs=given, rtol=1e-4, atol=1e-5)


@part("the tuned heavy ball", points=1, hint="κ = L/m; β is a square, and holds the root of κ")
def constants(candidate, rng):
    for kappa in (9.0, 64.0):
        m = float(rng.uniform(0.5, 2))
        L = kappa * m
        alpha, beta = candidate.tuned(m, L)
        close(alpha, 4 / (m**0.5 + L**0.5) ** 2, inputs={"smallest": m, "largest": L}, rtol=1e-5, message="α")
        root = (L / m) ** 0.5
        close(
            beta, ((root - 1) / (root + 1)) ** 2, inputs={"smallest": m, "largest": L}, rtol=1e-5, message="β"
        )
