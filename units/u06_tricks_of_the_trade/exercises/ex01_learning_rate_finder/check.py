"""Checks for ex01: sums written out, and searches by loops."""

import math

import numpy as np

from course.grading import close, equal, part


def average_of(costs, gamma):
    averages = []
    for t in range(1, len(costs) + 1):
        weights = [gamma ** (t - i) for i in range(1, t + 1)]
        averages.append(sum(w * c for w, c in zip(weights, costs, strict=False)) / sum(weights))
    return np.array(averages)


def end_of(average, factor):
    ends = [t for t in range(1, len(average) + 1) if average[t - 1] > factor * min(average[:t])]
    return min([*ends, len(average)])


def steepest(rates, average):
    pairs = [t for t in range(len(rates) - 1) if t + 1 <= int(np.argmin(average))]
    best = min(pairs, key=lambda t: (average[t + 1] - average[t]) / math.log(rates[t + 1] / rates[t]))
    return math.sqrt(rates[best] * rates[best + 1])


@part("the rates", points=1, hint="equal steps of log α, both ends included")
def growing(candidate, rng):
    for low, high, steps in ((0.01, 1.0, 3), (1e-5, 10.0, 12), (0.5, 2.0, 2)):
        expected = [low * (high / low) ** (t / (steps - 1)) for t in range(steps)]
        inputs = {"low": low, "high": high, "steps": steps}
        close(candidate.rates(low, high, steps), expected, inputs=inputs, rtol=1e-6)


@part("the average", points=2, hint="divide by the sum of the weights γ^{t−i}, i = 1, …, t")
def averages(candidate, rng):
    for gamma in (0.0, 0.5, 0.95):
        costs = rng.uniform(0.5, 3, size=9)
        inputs = {"costs": costs, "gamma": gamma}
        close(candidate.smoothed(costs, gamma), average_of(costs, gamma), inputs=inputs, rtol=1e-5)


@part(
    "the end of the test", points=2, hint="compare with the smallest average so far, not with the first one"
)
def end(candidate, rng):
    cases = [([4.0, 2.0, 3.0, 9.0, 20.0], 4.0), ([1.0, 2.0, 1.5], 2.0), ([3.0, 1.0, 2.5, 0.5], 2.0)]
    falling = np.sort(rng.uniform(1, 3, size=8))[::-1].copy()
    rising = np.concatenate([falling, falling[-1] * np.array([1.5, 2.5, 6.0, 2.0])])
    for average, factor in [*cases, (falling, 1.5), (rising, 3.0), (rising, 2.0)]:
        average = np.asarray(average)
        inputs = {"average": average, "factor": factor}
        equal(candidate.steps_run(average, factor), end_of(average, factor), inputs=inputs)


@part(
    "the suggestion",
    points=3,
    hint="the slope is taken with respect to log α; only pairs up to the smallest average count",
)
def best(candidate, rng):
    for _ in range(6):
        # The ratio between neighbours differs, so that slopes by step, by α and by log α have different minima
        rates = 1e-4 * np.cumprod(rng.uniform(1.2, 6, size=10))
        falling = 4 - np.cumsum(rng.uniform(0.02, 0.4, size=7))
        average = np.concatenate([falling, falling[-1] + np.array([0.5, 0.4, 0.9])])
        inputs = {"rates": rates, "average": average}
        close(candidate.suggestion(rates, average), steepest(rates, average), inputs=inputs, rtol=1e-5)
    rates = 0.01 * 2.0 ** np.arange(6)
    average = np.array([2.0, 1.5, 0.8, 0.7, 5.0, 1.0])  # the steepest fall comes after the smallest average
    inputs = {"rates": rates, "average": average}
    close(candidate.suggestion(rates, average), steepest(rates, average), inputs=inputs, rtol=1e-5)
