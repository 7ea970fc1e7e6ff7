"""Check of ex02_vectors: NumPy's linear algebra is the reference."""

import numpy as np

from course.grading import close, part


def draw(rng, *size):
    return rng.normal(size=size).astype("float32")


@part("projection: along u and across", points=1, hint="u does not have length 1")
def parts(candidate, rng):
    for x, u in ((np.array([3, 1], "float32"), np.array([2, 0], "float32")), (draw(rng, 5), draw(rng, 5))):
        along = u * (x @ u) / (u @ u)
        close(candidate.projection(x, u), (along, x - along), inputs={"x": x, "u": u}, rtol=1e-4, atol=1e-5)


@part("normalized: each row has length 1", points=1, hint="a row of zeros has no direction")
def lengths(candidate, rng):
    X = draw(rng, 4, 4)
    X[2] = 0
    norms = np.linalg.norm(X, axis=1, keepdims=True)
    close(candidate.normalized(X), X / np.where(norms > 0, norms, 1), inputs={"X": X}, rtol=1e-4, atol=1e-6)


@part("outside: the rank-1 matrices that are left out", points=1, hint="which index is summed in a product?")
def others(candidate, rng):
    A, B = draw(rng, 4, 4), draw(rng, 4, 4)
    for first in (1, 3):
        expected = sum(np.outer(A[:, k], B[k]) for k in range(first, 4))
        close(
            candidate.outside(A, B, first),
            expected,
            inputs={"A": A, "B": B, "first": first},
            rtol=1e-4,
            atol=1e-5,
        )


@part("quadratic: values, and the symmetric part", points=1, hint="xᵀAx and xᵀAᵀx are the same number")
def form(candidate, rng):
    A, X = draw(rng, 3, 3), draw(rng, 3, 3)
    expected = (np.array([x @ A @ x for x in X]), (A + A.T) / 2)
    close(candidate.quadratic(A, X), expected, inputs={"A": A, "X": X}, rtol=1e-4, atol=1e-4)


@part("solve: determinant and solution", points=1, hint="check A x = y with your x")
def system(candidate, rng):
    drawn = draw(rng, 2, 2)
    drawn[0, 0], drawn[1, 1] = 3.0, 2.0
    drawn[0, 1], drawn[1, 0] = rng.uniform(0.5, 1), rng.uniform(-1, -0.5)
    for A, y in (
        (np.array([[2, 1], [1, 3]], "float32"), np.array([3, 4], "float32")),
        (drawn, np.array([1, *rng.uniform(1, 2, 1)], "float32")),
    ):
        expected = (A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0], np.linalg.solve(A, y))
        close(candidate.solve(A, y), expected, inputs={"A": A, "y": y}, rtol=1e-4, atol=1e-5)
