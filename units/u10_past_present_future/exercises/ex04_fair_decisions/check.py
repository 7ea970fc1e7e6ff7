"""Checks for fair decisions: counting people one by one, and the share that a decision selects."""

import numpy as np

from course.grading import close, part


def people(rng, n=60, groups=3):
    y, y_hat = (rng.random((2, n)) < 0.5).astype("int64")
    weight = rng.uniform(0.5, 3, n).round(2)
    group = rng.permutation(np.arange(n) % groups)
    return y, y_hat, weight, group


def counted(y, y_hat, weight, group, groups):
    """Person by person."""
    rates = np.full((groups, 4), np.nan)
    for g in range(groups):
        sums = np.zeros((4, 2))
        for a, d, w, k in zip(y, y_hat, weight, group, strict=True):
            if k == g:
                sums[0] += [w * d, w]
                sums[1] += [w * d * a, w * a]
                sums[2] += [w * d * (1 - a), w * (1 - a)]
                sums[3] += [w * a * d, w * d]
        for column in range(4):
            if sums[column, 1] > 0:
                rates[g, column] = sums[column, 0] / sums[column, 1]
    return rates


@part("weighted rates", points=2, hint="the people of a rate are those after the bar: P(ŷ = 1 given y = 1)")
def rates(candidate, rng):
    for groups in (2, 3):
        y, y_hat, weight, group = people(rng, groups=groups)
        close(
            candidate.weighted_rates(y, y_hat, weight, group, groups),
            counted(y, y_hat, weight, group, groups),
            inputs={"y": y, "y_hat": y_hat, "weight": weight, "group": group, "groups": groups},
            finite=False,
            rtol=1e-6,
        )


@part("a rate of nobody", points=1, hint="if no person has y = 1, the true positive rate is 0/0")
def nobody(candidate, rng):
    y, y_hat, weight, group = people(rng, 20, 2)
    y[group == 0] = 0
    y_hat[group == 1] = 0
    close(
        candidate.weighted_rates(y, y_hat, weight, group, 2),
        counted(y, y_hat, weight, group, 2),
        inputs={"y": y, "y_hat": y_hat, "weight": weight, "group": group, "groups": 2},
        finite=False,
        rtol=1e-6,
    )


@part("Bayes' rule", points=2, hint="P(ŷ = 1) is a sum over both values of y")
def bayes(candidate, rng):
    base, tpr, fpr = rng.uniform(0.1, 0.9, size=(3, 5))
    cases = [(base, tpr, fpr), (np.array([0.2, 0.6]), np.array([0.8, 0.8]), np.array([0.1, 0.1]))]
    for b, t, f in cases:
        close(
            candidate.predictive_value(b, t, f),
            1 / (1 + (1 - b) / b * f / t),
            inputs={"base": b, "tpr": t, "fpr": f},
            rtol=1e-6,
        )


@part("an exact share", points=2, hint="with equal scores no threshold alone may reach the share")
def share(candidate, rng):
    drawn = rng.normal(size=9).round(2)
    ties = rng.permutation(np.repeat([0.2, 0.5, 0.9], [5, 4, 3]))
    for scores, level in ((drawn, 0.5), (drawn, 0.35), (ties, 0.4), (ties, 0.25), (ties, 0.9)):
        ordered = np.sort(scores)[::-1]
        t = ordered[int(np.ceil(level * len(scores) - 1e-12)) - 1]
        q = (level * len(scores) - np.sum(scores > t)) / np.sum(scores == t)
        close(
            candidate.exact_share(scores, level),
            np.array([t, q]),
            inputs={"scores": scores, "level": level},
            rtol=1e-6,
        )


@part("the same share in each group", points=1)
def each(candidate, rng):
    scores = np.concatenate([rng.normal(size=10), 1 + rng.normal(size=6)]).round(2)
    group = np.repeat([0, 1], [10, 6])
    got = candidate.shares_of_groups(scores, group, 2, 0.3)
    expected = []
    for g, n in ((0, 10), (1, 6)):
        own = np.sort(scores[group == g])[::-1]
        t = own[int(np.ceil(0.3 * n - 1e-12)) - 1]
        expected.append([t, (0.3 * n - np.sum(own > t)) / np.sum(own == t)])
    close(
        got,
        np.array(expected),
        inputs={"scores": scores, "group": group, "groups": 2, "level": 0.3},
        rtol=1e-6,
    )
