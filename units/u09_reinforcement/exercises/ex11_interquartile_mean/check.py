"""Checks for ex11: the interquartile mean by copies of each score, the rest by loops."""

import numpy as np

from course.grading import close, part


def iqm_of(scores):
    """Each score four times: then the border never goes through a copy."""
    x = np.sort(np.repeat(np.asarray(scores, "float64"), 4))
    n = len(x) // 4
    return x[n : 3 * n].mean()


def samples_of(scores, chosen):
    found = np.zeros(chosen.shape)
    for b, i, k in np.ndindex(*chosen.shape):
        found[b, i, k] = scores[chosen[b, i, k], k]
    return found


def drawn(rng, runs=5, tasks=3):
    scores = rng.normal(size=(runs, tasks)) + 3 * np.arange(tasks)
    scores[0, 0] = 40.0
    return scores


@part("the interquartile mean", points=3, hint="with five scores the second one counts by three quarters")
def mean(candidate, rng):
    for n in (4, 5, 6, 7, 2, 1, 9):
        scores = rng.normal(size=n) * 3
        close(
            candidate.interquartile_mean(scores),
            iqm_of(scores),
            inputs={"scores": scores},
            rtol=1e-5,
        )


@part("bootstrap samples", points=1, hint="column k of a sample has scores of column k only")
def samples(candidate, rng):
    scores, chosen = drawn(rng), rng.integers(5, size=(4, 5, 3))
    inputs = {"scores": scores, "chosen": chosen}
    close(candidate.resampled(**inputs), samples_of(**inputs), inputs=inputs, rtol=1e-5)


@part("the interval", points=2)
def interval(candidate, rng):
    for level in (0.9, 0.6):
        scores, chosen = drawn(rng), rng.integers(5, size=(60, 5, 3))
        means = [iqm_of(sample.ravel()) for sample in samples_of(scores, chosen)]
        expected = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
        got = candidate.interval(scores, chosen, level)
        inputs = {"scores": scores, "chosen": chosen, "level": level}
        close(got[0], expected[0], inputs=inputs, rtol=1e-5)
        close(got[1], expected[1], inputs=inputs, rtol=1e-5)


@part("who is better", points=2, hint="compare within a task only; equal scores are half a win")
def better(candidate, rng):
    for runs in (4, 6):
        x, y = rng.integers(4, size=(runs, 3)) + 0.0, rng.integers(4, size=(5, 3)) + 0.0
        x += 2 * np.arange(3)
        y += 2 * np.arange(3)
        x[0, 0] = y[0, 0]
        wins = [
            np.mean([(x[i, k] > y[j, k]) + 0.5 * (x[i, k] == y[j, k]) for i in range(runs) for j in range(5)])
            for k in range(3)
        ]
        close(candidate.probability_of_improvement(x, y), np.mean(wins), inputs={"x": x, "y": y}, rtol=1e-5)


@part("the performance profile", points=1)
def profile(candidate, rng):
    scores, levels = rng.integers(5, size=(4, 3)) + 0.0, np.array([-1.0, 0.5, 2.0, 3.0, 9.0])
    scores[0, 0], scores[1, 1] = 2.0, 3.0
    expected = [np.mean([s > level for s in scores.ravel()]) for level in levels]
    inputs = {"scores": scores, "levels": levels}
    close(candidate.performance_profile(**inputs), np.array(expected), inputs=inputs, rtol=1e-5)
