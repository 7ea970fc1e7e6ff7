"""Compare agents from few runs: an interquartile mean with fractions, an interval, and who is better how often."""

import numpy as np


def interquartile_mean(scores):
    """The mean of the middle half, where a score on the border counts in part.

    IQM = (2 / n) ∑_i w_i x_(i),   x_(1) ≤ … ≤ x_(n)

    Score i fills the part from (i − 1)/n to i/n of [0, 1]; w_i is the share of this part between 1/4 and 3/4.

    Args:
        scores: shape (n,).

    Returns:
        A number.
    """
    x = np.sort(scores)
    n = len(x)
    low, high = np.arange(n) / n, (np.arange(n) + 1) / n
    weights = n * np.clip(np.minimum(high, 0.75) - np.maximum(low, 0.25), 0.0, None)
    return 2 / n * np.sum(weights * x)


def resampled(scores, chosen):
    """Bootstrap samples, for each task by itself.

    Args:
        scores: shape (runs, tasks).
        chosen: numbers of runs, integers of shape (samples, runs, tasks): the score at place (b, i, k) is that of run
            chosen[b, i, k] in task k.

    Returns:
        Shape (samples, runs, tasks).
    """
    return scores[chosen, np.arange(scores.shape[1])]


def interval(scores, chosen, level):
    """The bootstrap interval of the interquartile mean of all scores.

    Args:
        scores: shape (runs, tasks).
        chosen: as for ``resampled``.
        level: the share of the samples inside.

    Returns:
        The (1 − level)/2 and the (1 + level)/2 quantile of the interquartile means of the samples.
    """
    samples = resampled(scores, chosen)
    means = [interquartile_mean(sample.ravel()) for sample in samples]
    return tuple(np.quantile(means, [(1 - level) / 2, (1 + level) / 2]))


def probability_of_improvement(x, y):
    """How often a run of agent X is better than one of agent Y in the same task; the mean over the tasks.

    (1 / tasks) ∑_k (share of the pairs (i, j) with x_{i k} > y_{j k}, and a half for those that are equal)

    Args:
        x: shape (runs of X, tasks).
        y: shape (runs of Y, tasks).

    Returns:
        A number from 0 to 1.
    """
    wins = (x[:, None] > y[None]) + 0.5 * (x[:, None] == y[None])
    return wins.mean(axis=(0, 1)).mean()


def performance_profile(scores, levels):
    """The share of all runs of all tasks whose score is above each level.

    Args:
        scores: shape (runs, tasks).
        levels: shape (levels,).

    Returns:
        Shape (levels,).
    """
    return (scores.ravel()[None] > levels[:, None]).mean(axis=1)
