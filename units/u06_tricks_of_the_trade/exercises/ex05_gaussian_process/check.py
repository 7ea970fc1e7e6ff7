"""Checks for ex05: conditional normal distributions by blocks, one new point and one left-out point at a time."""

import math

import numpy as np

from course.grading import close, part

TOLERANCE = {"rtol": 2e-4, "atol": 2e-5}


def k(a, b, variance, scales):
    d = math.sqrt(3 * sum(((p - q) / s) ** 2 for p, q, s in zip(a, b, scales, strict=True)))
    return variance * (1 + d) * math.exp(-d)


def gram(x, other, variance, scales):
    return np.array([[k(a, b, variance, scales) for b in other] for a in x])


def conditional(x, y, at, variance, scales, noise, c):
    """Mean and variance of f at one point."""
    M = gram(x, x, variance, scales) + np.diag(noise)
    row = gram([at], x, variance, scales)[0] @ np.linalg.inv(M)
    return c + row @ (y - c), variance - row @ gram(x, [at], variance, scales)[:, 0]


def problem(rng, n, features):
    x, new = rng.uniform(size=(n, features)), rng.uniform(size=(4, features))
    settings = {"variance": 1.6, "scales": rng.uniform(0.3, 1.2, size=features)}
    return x, rng.normal(2.0, 1.0, size=n), new, settings, rng.uniform(0.05, 0.5, size=n)


@part("the kernel", points=2, hint="every feature has its own length scale")
def kernel(candidate, rng):
    for features in (1, 3):
        x, _, new, settings, _ = problem(rng, 5, features)
        inputs = {"x": x, "other": new, **settings}
        close(candidate.matern(x, new, **settings), gram(x, new, **settings), inputs=inputs, **TOLERANCE)


@part("the posterior", points=3, hint="it is the distribution of F, whose new values have no noise")
def posterior(candidate, rng):
    for n, features in [(1, 1), (6, 1), (8, 3)]:
        x, y, new, settings, noise = problem(rng, n, features)
        both = np.array([conditional(x, y, at, noise=noise, c=0.7, **settings) for at in new])
        got = candidate.posterior(x, y, new, settings["variance"], settings["scales"], noise, 0.7)
        inputs = {"x": x, "y": y, "new": new, **settings, "noise": noise, "mean": 0.7}
        close(got, np.stack([both[:, 0], np.sqrt(both[:, 1])]), inputs=inputs, **TOLERANCE)


@part(
    "the likelihood", points=2, hint="log det K_y is twice the sum of the logarithms of the factor's diagonal"
)
def likelihood(candidate, rng):
    for n, factor in [(3, 1.0), (8, 1.0), (90, 1e-4)]:  # the last determinant is 0 in float64
        x, y, _, settings, noise = problem(rng, n, 2)
        settings["variance"], noise, y = factor * settings["variance"], factor * noise, factor**0.5 * y
        M = gram(x, x, **settings) + np.diag(noise)
        expected = -0.5 * (y - 0.1) @ np.linalg.solve(M, y - 0.1) - 0.5 * np.linalg.slogdet(M)[1]
        expected -= n / 2 * math.log(2 * math.pi)
        inputs = {"x": x, "y": y, **settings, "noise": noise, "mean": 0.1}
        got = candidate.log_likelihood(x, y, settings["variance"], settings["scales"], noise, 0.1)
        close(got, expected, inputs=inputs, rtol=1e-3, atol=1e-2)


@part("the best mean", points=1, hint="1ᵀ K_y⁻¹ (y − m 1) = 0")
def best_mean(candidate, rng):
    for n in (1, 7):
        x, y, _, settings, noise = problem(rng, n, 2)
        inverse = np.linalg.inv(gram(x, x, **settings) + np.diag(noise))
        expected = (inverse.sum(axis=0) * y).sum() / inverse.sum()
        inputs = {"x": x, "y": y, **settings, "noise": noise}
        got = candidate.best_mean(x, y, settings["variance"], settings["scales"], noise)
        close(got, expected, inputs=inputs, **TOLERANCE)


@part("leave one out", points=2, hint="the predicted measurement has the noise of its instrument")
def leave_one_out(candidate, rng):
    for n in (2, 7):
        x, y, _, settings, noise = problem(rng, n, 2)
        rows = []
        for i in range(n):
            others = np.arange(n) != i
            mean, variance = conditional(x[others], y[others], x[i], noise=noise[others], c=1.5, **settings)
            rows.append((mean, math.sqrt(variance + noise[i])))
        got = candidate.leave_one_out(x, y, settings["variance"], settings["scales"], noise, 1.5)
        inputs = {"x": x, "y": y, **settings, "noise": noise, "mean": 1.5}
        close(got, np.array(rows).T, inputs=inputs, **TOLERANCE)
