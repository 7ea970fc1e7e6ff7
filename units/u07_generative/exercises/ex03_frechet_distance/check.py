"""Checks for ex03: covariances with known roots, SciPy's matrix root, and lines in 1/n."""

import numpy as np
import scipy.linalg

from course.grading import close, part


def rotated(rng, values):
    """A symmetric matrix with these eigenvalues, and its eigenvectors."""
    vectors = np.linalg.qr(rng.normal(size=(len(values), len(values))))[0]
    return (vectors * values) @ vectors.T, vectors


@part("mean and covariance", points=2, hint="an estimate without bias divides by n − 1")
def mean_and_covariance(candidate, rng):
    for n in (5, 12):
        a = rng.normal(size=(n, 3)) * rng.uniform(0.5, 2, size=3) + rng.normal(size=3)
        mean, covariance = candidate.moments(a)
        inputs = {"a": a}
        close(mean, a.mean(axis=0), inputs=inputs, rtol=1e-4, atol=1e-5, message="mean")
        close(covariance, np.cov(a.T), inputs=inputs, rtol=1e-4, atol=1e-5, message="covariance")


@part(
    "two Gaussians", points=3, hint="the eigenvalues of the root of a matrix are the roots of its eigenvalues"
)
def gaussians(candidate, rng):
    for case in ("equal eigenvectors", "different eigenvectors"):
        mean_a, mean_b = rng.normal(size=(2, 3))
        a, b = rng.uniform(0.5, 2, size=(2, 3))
        first, vectors = rotated(rng, a**2)
        if case == "equal eigenvectors":  # (Σ_a Σ_b)^{1/2} has the eigenvalues a_j b_j
            second = (vectors * b**2) @ vectors.T
            expected = np.sum((mean_a - mean_b) ** 2) + np.sum((a - b) ** 2)
        else:
            second, _ = rotated(rng, b**2)
            root = scipy.linalg.sqrtm(first @ second).real
            expected = np.sum((mean_a - mean_b) ** 2) + np.trace(first + second - 2 * root)
        got = candidate.distance_of_gaussians(mean_a, first, mean_b, second)
        inputs = {"mean_a": mean_a, "covariance_a": first, "mean_b": mean_b, "covariance_b": second}
        close(got, expected, inputs=inputs, rtol=1e-4, atol=1e-4, message=case)


@part("two sets", points=1, hint="use your two functions")
def sets(candidate, rng):
    a, b = rng.normal(size=(30, 2)) * 1.5, rng.normal(size=(20, 2)) + rng.normal(size=2)
    root = scipy.linalg.sqrtm(np.cov(a.T) @ np.cov(b.T)).real
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(np.cov(a.T) + np.cov(b.T) - 2 * root)
    close(candidate.distance_of_sets(a, b), expected, inputs={"a": a, "b": b}, rtol=1e-4, atol=1e-4)


@part("the limit of infinitely many samples", points=2, hint="put 1/n on the horizontal axis of a plot")
def no_bias(candidate, rng):
    sizes = np.array([50, 100, 250, 1000])
    constant, slope = rng.uniform(0.5, 2), rng.uniform(20, 60)
    line = constant + slope / sizes
    close(
        candidate.without_bias(sizes, line), constant, inputs={"sizes": sizes, "distances": line}, rtol=1e-3
    )
    noisy = line + rng.normal(size=4) * 0.05
    u = 1 / sizes - np.mean(1 / sizes)
    expected = noisy.mean() - (u @ noisy) / (u @ u) * np.mean(1 / sizes)
    close(
        candidate.without_bias(sizes, noisy), expected, inputs={"sizes": sizes, "distances": noisy}, rtol=1e-3
    )
