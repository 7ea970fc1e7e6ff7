"""Checks for conformal prediction: exact fractions and sorted lists."""

from fractions import Fraction
from math import ceil

import numpy as np

from course.grading import close, equal, part


def threshold(s, percent):
    k = ceil(Fraction(100 - percent, 100) * (len(s) + 1))
    return sorted(s)[k - 1] if k <= len(s) else np.inf


@part("the threshold", points=2, hint="n + 1 and not n: the new sample counts; round up")
def thresholds(candidate, rng):
    for n, percent in (
        (9, 10),
        (19, 10),
        (20, 10),
        (8, 10),
        (4, 50),
        (1, 50),
        (3, 20),
        (99, 1),
        (98, 1),
        (24, 44),
    ):
        s = rng.normal(size=n)
        got = candidate.threshold(s, percent / 100)
        close(
            got,
            threshold(s, percent),
            inputs={"scores": s, "alpha": percent / 100},
            finite=False,
        )


@part(
    "one threshold for each class",
    points=2,
    hint="for class k only the calibration samples whose class is k count",
)
def by_class(candidate, rng):
    for n, percent in ((60, 20), (40, 10), (30, 50)):
        z = rng.normal(size=(n + 8, 3)) * [[1.0, 2.0, 0.5]]
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        y = np.concatenate([rng.integers(2, size=n - 3), [2, 2, 2]])  # class 2 has three samples
        q = [threshold((1 - p[:n][y == k, k]).tolist(), percent) for k in range(3)]
        expected = np.array([[1 - row[k] <= q[k] for k in range(3)] for row in p[n:]])
        got = candidate.sets_by_class(p[:n], y, p[n:], percent / 100)
        inputs = {"p_cal": p[:n], "y_cal": y, "p_new": p[n:], "alpha": percent / 100}
        equal(got, expected, inputs=inputs)
    # the threshold of both classes is 0.5, without rounding; a score that is equal to it is in the set
    p = np.array([[0.25, 0.75], [0.5, 0.5], [0.75, 0.25]])
    inputs = {"p_cal": p[[0, 1, 2, 0, 1, 2]], "y_cal": np.array([0, 0, 0, 1, 1, 1]), "p_new": p, "alpha": 0.5}
    equal(candidate.sets_by_class(**inputs), np.array([[0, 1], [1, 1], [1, 0]], bool), inputs=inputs)


@part(
    "intervals from quantiles",
    points=3,
    hint="the score is negative for a truth inside of its interval, so q may be",
)
def intervals(candidate, rng):
    for n, percent, width in ((30, 20, 0.5), (30, 10, 1.5), (30, 50, 4.0), (8, 10, 0.5)):
        middle, y = rng.normal(size=(2, n))
        low_cal, high_cal = middle - width, middle + 0.7 * width
        low = np.array([-1.0, 0.0, 2.0, 0.0])
        high = low + np.array([2.0, 1.0, 3.0, 0.01])
        q = threshold([max(a - t, t - b) for a, b, t in zip(low_cal, high_cal, y, strict=True)], percent)
        ends = [
            (a - q, b + q) if a - q <= b + q else ((a + b) / 2,) * 2 for a, b in zip(low, high, strict=True)
        ]
        got = candidate.quantile_intervals(low_cal, high_cal, y, low, high, percent / 100)
        inputs = {"low_cal": low_cal, "high_cal": high_cal, "y_cal": y, "low": low, "high": high}
        inputs |= {"alpha": percent / 100}
        close(got, np.array(ends), inputs=inputs, rtol=1e-5, atol=1e-6, finite=False)


@part("how many samples are enough", points=1, hint="⌈(n + 1)(1 − α)⌉ ≤ n")
def enough(candidate, rng):
    for percent in (1, 2, 5, 10, 20, 25, 30, 50, 60, int(rng.integers(3, 50))):
        n = next(n for n in range(1, 1000) if ceil(Fraction(100 - percent, 100) * (n + 1)) <= n)
        equal(candidate.smallest_calibration_set(percent / 100), n, inputs={"alpha": percent / 100})
