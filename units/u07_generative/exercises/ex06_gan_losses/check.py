"""Checks for ex06: NumPy in float64, slopes by central differences."""

import numpy as np

from course.grading import close, part


def softplus(x):
    return np.logaddexp(0, x)


def costs(a, b, game):
    a, b = a.astype("float64"), b.astype("float64")
    if game == "least_squares":
        return ((a - 1) ** 2).mean() / 2 + (b**2).mean() / 2, ((b - 1) ** 2).mean() / 2
    if game == "hinge":
        return np.maximum(0, 1 - a).mean() + np.maximum(0, 1 + b).mean(), -b.mean()
    of_generator = -softplus(b).mean() if game == "minimax" else softplus(-b).mean()
    return softplus(-a).mean() + softplus(b).mean(), of_generator


def compare(candidate, a, b, game):
    got, expected = candidate.costs(a, b, game), costs(a, b, game)
    given = {"a": a, "b": b, "game": game}
    close(got[0], expected[0], inputs=given, rtol=1e-4, atol=1e-6, message="C_D")
    close(got[1], expected[1], inputs=given, rtol=1e-4, atol=1e-6, message="C_G")


def outputs(rng, scale=2.0):
    return [(scale * rng.normal(size=n)).astype("float32") for n in (5, 7)]


@part(
    "the two games with logarithms", points=2, hint="which sign does each expectation have for which player?"
)
def logarithms(candidate, rng):
    for game in ("minimax", "non_saturating"):
        compare(candidate, *outputs(rng), game)


@part("least squares and hinge", points=1)
def others(candidate, rng):
    for game in ("least_squares", "hinge"):
        compare(candidate, *outputs(rng), game)


@part("outputs of any size", points=1, hint="the logarithm of a probability that is 0 in float32 is −∞")
def large(candidate, rng):
    for game in ("minimax", "non_saturating"):
        compare(candidate, *outputs(rng, 300.0), game)


@part(
    "the generator's slopes", points=2, hint="the derivative of softplus is the sigmoid; the cost is a mean"
)
def slopes(candidate, rng):
    for game in ("minimax", "non_saturating", "least_squares", "hinge"):
        a, b = outputs(rng)
        expected = []
        for move in 1e-5 * np.eye(len(b)):
            up, down = (costs(a, b.astype("float64") + sign * move, game)[1] for sign in (1, -1))
            expected.append((up - down) / 2e-5)
        given = {"b": b, "game": game}
        close(candidate.generator_slopes(b, game), np.array(expected), inputs=given, rtol=1e-3, atol=1e-5)


@part("the best least squares discriminator", points=2, hint="minimize at each point by itself")
def best(candidate, rng):
    p, q = (rng.uniform(0, 3, size=6).astype("float32") for _ in range(2))
    for real, fake in ((1.0, 0.0), (1.0, -1.0), (0.9, 0.2)):
        given = {"p_data": p, "p_generated": q, "real_target": real, "fake_target": fake}
        grid = np.linspace(-1.5, 1.5, 30001)
        errors = p[:, None] * (grid - real) ** 2 + q[:, None] * (grid - fake) ** 2
        expected = grid[errors.argmin(axis=1)]
        close(candidate.least_squares_best(**given), expected, inputs=given, rtol=1e-3, atol=2e-4)
