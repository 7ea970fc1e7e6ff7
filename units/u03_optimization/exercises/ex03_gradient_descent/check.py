"""Checks for ex03: the limit, the best step, and the path."""

import numpy as np

from course.grading import close, part, shape


def quadratic(rng, features=3, low=0.5, high=6.0):
    """A symmetric matrix with known eigenvalues, and b."""
    q, _ = np.linalg.qr(rng.normal(size=(features, features)))
    lam = np.concatenate([[low, high], rng.uniform(low, high, features - 2)])
    return ((q * lam) @ q.T).astype("float32"), rng.normal(size=features).astype("float32")


def descend(H, b, theta, learning_rate, steps):
    path = [np.asarray(theta, "float64")]
    for _ in range(steps):
        path.append(path[-1] - learning_rate * (H.astype("float64") @ path[-1] - b))
    return np.array(path)


@part("the limit of stability", points=2, hint="|1 − αλ| < 1 has to hold for every eigenvalue λ")
def limit(candidate, rng):
    H = np.diag(np.array([1.0, 4.0], "float32"))
    close(candidate.largest_stable_rate(H), np.float32(0.5), inputs={"H": H}, rtol=1e-5)
    for high in (3.0, 20.0):
        H, _ = quadratic(rng, high=high)
        close(candidate.largest_stable_rate(H), np.float32(2 / high), inputs={"H": H}, rtol=1e-4)


@part("the best step and its factor", points=2, hint="make |1 − αm| and |1 − αL| equal")
def best(candidate, rng):
    H, _ = quadratic(rng, features=4, low=0.5, high=8.0)
    alpha, rho = candidate.best_rate(H)
    close(alpha, np.float32(2 / 8.5), inputs={"H": H}, rtol=1e-4, message="α*")
    close(rho, np.float32(7.5 / 8.5), inputs={"H": H}, rtol=1e-4, message="ρ")


@part("the path", points=2)
def path(candidate, rng):
    H, b = quadratic(rng)
    theta = rng.normal(size=3).astype("float32")
    given = {"H": H, "b": b, "theta": theta, "learning_rate": 0.2, "steps": 4}
    got = candidate.gradient_descent(**given)
    shape(got, (5, 3))
    close(got, descend(**given), inputs=given, rtol=1e-4, atol=1e-5)


@part("no step at all", points=1, hint="the path begins with θ^(0)")
def none(candidate, rng):
    H, b = quadratic(rng)
    theta = rng.normal(size=3).astype("float32")
    got = candidate.gradient_descent(H, b, theta, 0.2, 0)
    close(got, theta[None], inputs={"theta": theta, "steps": 0})
