"""Checks for ex08: loops over samples, differences of the cost, and SciPy's subspace angles."""

import numpy as np
from scipy.linalg import subspace_angles

from course.grading import close, part, shape, true


def reconstruct(x, W, mean):
    return np.stack([mean + sum((w @ (row - mean)) * w for w in W.T) for row in x])


def cost(x, W, mean):
    return np.mean(
        [np.sum((row - other) ** 2) for row, other in zip(x, reconstruct(x, W, mean), strict=True)]
    )


def slopes(f, at, h=1e-5):
    """Central differences of f at every entry of an array."""
    result = np.zeros_like(at)
    for i in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def problem(rng, n=6, p=4, m=2):
    x = rng.normal(size=(n, p)) + 2
    return x, 0.6 * rng.normal(size=(p, m)), x.mean(0)


@part("the reconstruction", points=1, hint="subtract the mean before encoding, add it after decoding")
def reconstruction(candidate, rng):
    x, W, mean = problem(rng)
    close(candidate.reconstruct(x, W, mean), reconstruct(x, W, mean), inputs={"x": x, "W": W, "mean": mean})


@part("the gradient of tied weights", points=2, hint="d(W Wᵀ) = dW Wᵀ + W dWᵀ: two terms")
def tied_gradient(candidate, rng):
    for m in (1, 3):
        x, W, mean = problem(rng, m=m)
        expected = slopes(lambda at, x=x, mean=mean: cost(x, at, mean), W)
        inputs = {"x": x, "W": W, "mean": mean}
        close(candidate.gradient(x, W, mean), expected, inputs=inputs, rtol=1e-4, atol=1e-5)


@part("PCA is a stationary point", points=1)
def stationary(candidate, rng):
    x, _, mean = problem(rng, n=20, p=5)
    V = np.linalg.svd(x - mean, full_matrices=False)[2][:2].T
    close(candidate.gradient(x, V, mean), np.zeros((5, 2)), inputs={"x": x, "W": V, "mean": mean}, atol=1e-5)
    true(np.abs(candidate.gradient(x, 1.1 * V, mean)).max() > 1e-2, "a scaled V is no longer stationary")


def compare(candidate, A, B, angles):
    inputs = {"A": A, "B": B}
    got, P = candidate.principal_angles(A, B)
    close(got, angles, inputs=inputs, atol=1e-5, message="the angles")
    k = A.shape[1]
    shape(P, A.shape, inputs=inputs, message="P")
    close(
        np.transpose(P) @ P,
        np.eye(k),
        inputs=inputs,
        atol=1e-6,
        message="Pᵀ P, with columns of length 1 at right angles",
    )
    Q_A, Q_B = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    close(Q_A @ (Q_A.T @ P), P, inputs=inputs, atol=1e-6, message="P, projected onto span(A)")
    lengths = np.linalg.norm(Q_B.T @ P, axis=0)
    close(
        lengths,
        np.cos(angles),
        inputs=inputs,
        atol=1e-5,
        message="the lengths of the columns of P, projected onto span(B)",
    )


@part("angles between any two bases", points=2, hint="orthonormalize both bases first")
def angles(candidate, rng):
    for k in (1, 3):
        A, B = rng.normal(size=(6, k)), rng.normal(size=(6, k))
        compare(candidate, A, B, subspace_angles(A, B)[::-1])


@part("the same space in another basis", points=1, hint="keep the cosines within [−1, 1]")
def same_space(candidate, rng):
    for _ in range(10):
        A = rng.normal(size=(8, 3))
        compare(candidate, A, A @ rng.normal(size=(3, 3)), np.zeros(3))
