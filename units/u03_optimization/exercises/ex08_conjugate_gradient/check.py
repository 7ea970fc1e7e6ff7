"""Checks for ex08: minima over the Krylov spaces, found by least squares, and what conjugate directions promise."""

import numpy as np

from course.grading import close, part, shape


def system(rng, n=5):
    Q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    A = (Q * rng.uniform(1, 20, size=n)) @ Q.T
    return (A + A.T) / 2, rng.normal(size=n)


def krylov_minimum(A, b, k):
    """The lowest point of the span of b, A b, …, A^(k−1) b: where k steps must be."""
    V, _ = np.linalg.qr(np.stack([np.linalg.matrix_power(A, j) @ b for j in range(k)], axis=1))
    return V @ np.linalg.solve(V.T @ A @ V, V.T @ b)


@part("the first step is the exact step along −g", points=1)
def first(candidate, rng):
    A, b = system(rng)
    got = candidate.conjugate_gradient(A, b, 1)
    shape(got, (2, 5))
    inputs = {"A": A, "b": b, "steps": 1}
    close(got, np.stack([np.zeros(5), b @ b / (b @ A @ b) * b]), inputs=inputs, rtol=1e-8, atol=1e-12)


@part(
    "every point is the minimum over all directions so far",
    points=3,
    hint="α = rᵀr / dᵀA d, ν = new rᵀr over old rᵀr, and d = r + ν d",
)
def lowest(candidate, rng):
    A, b = system(rng)
    expected = np.stack([np.zeros(5), *(krylov_minimum(A, b, k) for k in (1, 2, 3))])
    inputs = {"A": A, "b": b, "steps": 3}
    close(candidate.conjugate_gradient(A, b, 3), expected, inputs=inputs, rtol=1e-6, atol=1e-9)


@part("n steps solve the system", points=2)
def solves(candidate, rng):
    A, b = system(rng, 4)
    got = candidate.conjugate_gradient(A, b, 4)
    inputs = {"A": A, "b": b, "steps": 4}
    close(got[-1], np.linalg.solve(A, b), inputs=inputs, rtol=1e-6, atol=1e-9, message="the last point")


@part("it stops when the residual is 0", points=1, hint="a residual of exactly 0 ends the loop")
def stops(candidate, rng):
    A, b = 2.0 * np.eye(2), np.array([4.0, -8.0])
    close(
        candidate.conjugate_gradient(A, b, 3),
        np.array([[0.0, 0.0], [2.0, -4.0]]),
        inputs={"A": A, "b": b, "steps": 3},
    )
    close(
        candidate.conjugate_gradient(A, np.zeros(2), 3),
        np.array([[0.0, 0.0]]),
        inputs={"A": A, "b": "zeros", "steps": 3},
    )


@part(
    "the bound on the error", points=1, hint="κ is a quotient of eigenvalues, and the bound contains its root"
)
def bound(candidate, rng):
    A = np.diag([9.0, 1.0, 4.0])
    for k in (0, 1, 5):
        close(candidate.error_bound(A, k), 2 * 0.5**k, inputs={"A": A, "step": k}, rtol=1e-9)
    A, _ = system(rng)
    root = np.sqrt(np.linalg.cond(A))
    close(
        candidate.error_bound(A, 3), 2 * ((root - 1) / (root + 1)) ** 3, inputs={"A": A, "step": 3}, rtol=1e-7
    )
