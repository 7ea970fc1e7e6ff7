"""Checks for ex01: loops over runs and arms, and the posterior by adding one reward after the other."""

import math

import numpy as np

from course.grading import close, equal, part


def known(rng, runs, actions):
    counts = rng.integers(1, 20, size=(runs, actions)).astype("float64")
    return counts, rng.normal(size=(runs, actions)) * counts


def posterior(n, s, m0, v0, v):
    """One reward of the size s/n after the other, each by the rule for one observation."""
    m, variance = m0, v0
    for _ in range(int(n)):
        gain = variance / (variance + v)
        m, variance = m + gain * (s / n - m), (1 - gain) * variance
    return m, variance


def posteriors(counts, sums, m0, v0, v):
    both = np.array(
        [
            [posterior(n, s, m0, v0, v) for n, s in zip(*row, strict=True)]
            for row in zip(counts, sums, strict=True)
        ]
    )
    return both[..., 0], both[..., 1]


@part(
    "the confidence bounds", points=2, hint="ln t is the same for all arms of a run; N_a is that of the arm"
)
def upper_bounds(candidate, rng):
    for runs, actions, width in ((1, 2, 1.0), (3, 4, 0.5), (4, 3, float(rng.uniform(1, 3)))):
        counts, sums = known(rng, runs, actions)
        expected = [
            [s / n + width * math.sqrt(math.log(row[0].sum()) / n) for n, s in zip(*row, strict=True)]
            for row in zip(counts, sums, strict=True)
        ]
        inputs = {"counts": counts, "sums": sums, "width": width}
        close(candidate.bounds(counts, sums, width), np.array(expected), inputs=inputs, rtol=1e-5)


@part("arms that were never pulled", points=1, hint="0/0 is no number, and such an arm has to come first")
def never_pulled(candidate, rng):
    counts, sums = known(rng, 3, 4)
    counts[0, 1] = sums[0, 1] = counts[2] = sums[2] = 0
    got = np.asarray(candidate.bounds(counts, sums, 1.0))
    equal(
        np.where(got > 0, np.isinf(got), False),
        counts == 0,
        inputs={"counts": counts, "sums": sums, "width": 1.0},
    )


@part("the posterior", points=2, hint="precisions, which are the inverses of variances, add up")
def of_the_mean(candidate, rng):
    for runs, actions, m0, v0, v in ((1, 1, 0.0, 1.0, 1.0), (2, 3, 0.7, 0.5, 2.0), (3, 2, -1.0, 4.0, 0.3)):
        counts, sums = known(rng, runs, actions)
        counts[0, 0] = sums[0, 0] = 0
        inputs = {"counts": counts, "sums": sums, "m0": m0, "v0": v0, "v": v}
        got, expected = candidate.posterior(**inputs), posteriors(counts, sums, m0, v0, v)
        close(got[0], expected[0], inputs=inputs, rtol=1e-5, message="the mean")
        close(got[1], expected[1], inputs=inputs, rtol=1e-5, message="the variance")


@part("Thompson sampling", points=1, hint="a draw is the mean plus the standard deviation times z")
def choice(candidate, rng):
    # the second arm is the best one in the mean, and the first one in this draw
    counts, sums = np.array([[3.0, 99.0]]), np.array([[0.0, 40.0]])
    for z, expected in (([[1.0, 0.0]], [0]), ([[0.0, 0.0]], [1]), ([[0.5, 0.2]], [1])):
        inputs = {"counts": counts, "sums": sums, "m0": 0.0, "v0": 1.0, "v": 1.0, "z": np.array(z)}
        equal(candidate.thompson(**inputs), np.array(expected), inputs=inputs)
    counts, sums = known(rng, 20, 4)
    z = rng.normal(size=(20, 4))
    mean, variance = posteriors(counts, sums, 0.3, 2.0, 0.5)
    inputs = {"counts": counts, "sums": sums, "m0": 0.3, "v0": 2.0, "v": 0.5, "z": z}
    equal(candidate.thompson(**inputs), (mean + variance**0.5 * z).argmax(axis=1), inputs=inputs)


@part("the regret", points=2, hint="the regret of a step is the gap of the chosen arm, whatever it paid")
def regret(candidate, rng):
    for means, arms in (
        (np.array([0.2, 0.5]), np.array([[0, 1, 0]])),
        (rng.normal(size=4), rng.integers(4, size=(5, 7))),
    ):
        expected = np.zeros(arms.shape[1])
        for row in arms:
            total = 0.0
            for t, a in enumerate(row):
                total += max(means) - means[a]
                expected[t] += total / len(arms)
        close(candidate.mean_regret(means, arms), expected, inputs={"means": means, "arms": arms}, rtol=1e-5)
