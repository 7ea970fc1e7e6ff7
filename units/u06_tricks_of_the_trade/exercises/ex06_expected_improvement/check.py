"""Checks for ex06: numerical integrals, difference quotients, one sample at a time."""

import math

import numpy as np

from course.grading import close, equal, part


def improvement(mean, std, best):
    """∫ (F − c) p(F) dF from c on, by Simpson's rule; the density is cut 12 deviations away."""
    if std == 0:
        return max(mean - best, 0.0)
    f = np.linspace(max(best, mean - 12 * std), max(best, mean) + 12 * std, 801)
    p = np.exp(-0.5 * ((f - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi))
    y = (f - best) * p
    return float((y[0] + 4 * y[1::2].sum() + 2 * y[2:-1:2].sum() + y[-1]) * (f[1] - f[0]) / 3)


def predictions(rng, n=5):
    return rng.normal(0.8, 0.1, size=n), rng.uniform(0.02, 0.2, size=n)


@part("closed form", points=2, hint="ζ = (μ − c)/σ; larger is better")
def closed(candidate, rng):
    for best in (0.75, 1.0):
        mean, std = predictions(rng)
        std[2:4] = 0.0
        mean[2:4] = best + 0.1, best - 0.1
        expected = [improvement(m, s, best) for m, s in zip(mean, std, strict=True)]
        inputs = {"mean": mean, "std": std, "best": best}
        close(candidate.expected_improvement(mean, std, best), expected, inputs=inputs, rtol=1e-4, atol=1e-6)


@part("derivatives", points=2, hint="φ'(ζ) = −ζ φ(ζ), and most terms cancel")
def derivatives(candidate, rng):
    mean, std = predictions(rng)
    step = 1e-4
    expected = []
    for a, b in ((step, 0.0), (0.0, step)):
        ends = [
            [improvement(m + way * a, s + way * b, 0.85) for m, s in zip(mean, std, strict=True)]
            for way in (1, -1)
        ]
        expected.append((np.array(ends[0]) - np.array(ends[1])) / (2 * step))
    inputs = {"mean": mean, "std": std, "best": 0.85}
    close(candidate.gradients(mean, std, 0.85), expected, inputs=inputs, rtol=1e-3, atol=1e-3)


@part("worth trying", points=2, hint="the expected improvement grows with μ: bisection")
def worth_trying(candidate, rng):
    for least in (0.01, 0.2):
        _, std = predictions(rng)
        expected = []
        for s in std:
            low, high = 0.9 - 12 * s, 0.9 + least
            for _ in range(20):  # to 3 · 10⁻⁶
                middle = (low + high) / 2
                low, high = (low, middle) if improvement(middle, s, 0.9) > least else (middle, high)
            expected.append(high)
        inputs = {"std": std, "best": 0.9, "least": least}
        close(candidate.accuracies_worth_trying(std, 0.9, least), expected, inputs=inputs, rtol=0, atol=1e-3)


@part("a batch", points=2, hint="one sample is μ + H e; the best of it counts")
def batch(candidate, rng):
    for n in (2, 4):
        mean, _ = predictions(rng, n)
        root = np.tril(rng.uniform(0.02, 0.1, size=(n, n)))
        normal = rng.normal(size=(30, n))
        samples = [max((mean + root @ draw).max() - 0.9, 0.0) for draw in normal]
        inputs = {"mean": mean, "covariance": root @ root.T, "best": 0.9, "normal": normal}
        got = candidate.improvement_of_batch(mean, root @ root.T, 0.9, normal)
        close(got, np.mean(samples), inputs=inputs, rtol=1e-3, atol=1e-4)


@part("per second", points=1, hint="divide by the seconds before you compare")
def per_second(candidate, rng):
    drawn = [(*predictions(rng, 6), rng.uniform(1, 30, size=6).round()) for _ in range(4)]
    slow_and_good = np.array([1.2, 1.0]), np.array([0.1, 0.1]), np.array([30.0, 1.0])
    for mean, std, seconds in [slow_and_good, *drawn]:
        rates = [improvement(m, s, 0.9) / t for m, s, t in zip(mean, std, seconds, strict=True)]
        inputs = {"mean": mean, "std": std, "best": 0.9, "seconds": seconds}
        equal(candidate.next_setting(mean, std, 0.9, seconds), int(np.argmax(rates)), inputs=inputs)
    # without doubt, so that nothing is rounded: the second and the third setting are equally good
    inputs = {
        "mean": np.array([0.5, 1.0, 1.0]),
        "std": np.zeros(3),
        "best": 0.5,
        "seconds": np.array([1.0, 2.0, 2.0]),
    }
    equal(candidate.next_setting(**inputs), 1, inputs=inputs)
