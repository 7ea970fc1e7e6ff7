"""Checks for ex13: sums over the points one by one, differences of the log-density, steps written out."""

from itertools import pairwise

import numpy as np

from course.grading import close, part


def log_density(x, t, points):
    exponents = np.array([-np.sum((x - (1 - t) * p) ** 2) / (2 * t**2) for p in points])
    return exponents.max() + np.log(np.mean(np.exp(exponents - exponents.max())))


def slope(x, t, points):
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros(x.shape[1])
        step[i[1]] = 1e-5
        row = x[i[0]]
        found[i] = (log_density(row + step, t, points) - log_density(row - step, t, points)) / 2e-5
    return found


def flow(x, t, points):
    rows = []
    for row in x:
        exponents = np.array([-np.sum((row - (1 - t) * p) ** 2) / (2 * t**2) for p in points])
        weights = np.exp(exponents - exponents.max())
        noises = np.array([(row - (1 - t) * p) / t for p in points])
        rows.append(np.sum(weights[:, None] * (noises - points), axis=0) / weights.sum())
    return np.array(rows)


def drawn(rng, n=4, k=3, features=2):
    return rng.normal(size=(n, features)), rng.normal(size=(k, features)) * 2


@part("the mean velocity", points=3, hint="how likely is each data point if x is known?")
def velocities(candidate, rng):
    for t, far in ((1.0, 1), (0.6, 1), (0.2, 1), (0.02, 1), (0.5, 30)):
        x, points = drawn(rng)
        x = x * far
        inputs = {"x": x, "t": t, "points": points}
        close(candidate.velocity(x, t, points), flow(x, t, points), inputs=inputs, rtol=1e-3, atol=1e-3)
        # every line through x has the velocity (x − p) / t
        mean = x - t * flow(x, t, points)
        close(candidate.mean_point(x, t, points), mean, inputs=inputs, rtol=1e-3, atol=1e-3)


@part("the score", points=2, hint="x_t is a mixture of Gaussian distributions around (1 − t) p")
def scores(candidate, rng):
    for t in (1.0, 0.7, 0.3):
        x, points = drawn(rng)
        inputs = {"x": x, "t": t, "points": points}
        close(candidate.score(x, t, points), slope(x, t, points), inputs=inputs, rtol=1e-3, atol=1e-3)


@part(
    "Heun's method", points=3, hint="the second slope is taken at the end of an Euler step, at the later time"
)
def steps(candidate, rng):
    for times in ([1.0, 0.4], [1.0, 0.7, 0.5, 0.2], [0.9, 0.5, 0.3]):
        x, points = drawn(rng)
        expected = [x]
        for t, s in pairwise(times):
            now = expected[-1]
            ahead = now + (s - t) * flow(now, t, points)
            expected.append(now + (s - t) * (flow(now, t, points) + flow(ahead, s, points)) / 2)
        inputs = {"x": x, "times": np.array(times), "points": points}
        close(
            candidate.heun(x, np.array(times), points),
            np.array(expected),
            inputs=inputs,
            rtol=1e-3,
            atol=1e-3,
        )


@part("guidance", points=2, hint="ω = 1 is the class alone, ω = 0 are all points")
def guidance(candidate, rng):
    labels = np.array([0, 0, 1, 1, 2])
    for omega in (0.0, 1.0, rng.uniform(1.5, 3)):
        x, points = drawn(rng, k=5)
        t, label = rng.uniform(0.3, 0.9), int(rng.integers(3))
        whole, one = flow(x, t, points), flow(x, t, points[labels == label])
        inputs = {"x": x, "t": t, "points": points, "labels": labels, "label": label, "omega": omega}
        got = candidate.guided(x, t, points, labels, label, omega)
        close(got, whole + omega * (one - whole), inputs=inputs, rtol=1e-3, atol=1e-3)
