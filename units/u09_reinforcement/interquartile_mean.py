"""The mean of the middle half of all scores, with a bootstrap interval: how agents are compared (§8.4)."""

import numpy as np

from course import validation


def interquartile_mean(scores):
    """The mean of the scores that are left when the lowest and the highest quarter are dropped.

    IQM = mean of x_(k+1), …, x_(n−k),   k = ⌊n / 4⌋,   x_(1) ≤ … ≤ x_(n)

    A single run that fails, or that succeeds by luck, can change the mean of a few runs by any amount; here it is
    dropped, if there are at least four scores. Half of all scores count; in a median it is one or two.

    Args:
        scores: any shape; all entries are taken together, as in (runs, tasks).

    Returns:
        A number.

    Raises:
        ValueError: there is no score, or one is not finite.

    Example:
        >>> interquartile_mean([0.0, 1.0, 2.0, 300.0])
        1.5

    References: Agarwal et al., Deep reinforcement learning at the edge of the statistical precipice, 2021.
    """
    return float(_iqm(_checked(scores)[None])[0])


def bootstrap_interval(scores, rng, statistic="iqm", level=0.95, repeats=2000):
    """An interval for a statistic of the scores, by drawing the runs of each task again.

    A bootstrap sample takes, for each task on its own, as many runs as there are, with replacement. The interval
    reaches from the (1 − level)/2 to the (1 + level)/2 quantile of the statistic over these samples.

    Args:
        scores: shape (runs, tasks), or (runs,) for one task.
        rng: a NumPy generator.
        statistic: "iqm" or "mean" of all runs and tasks together, or "median", the median over the tasks of the mean
            over the runs.
        level: the share of the samples inside of the interval.
        repeats: how many samples are drawn.

    Returns:
        The lower and the upper end.

    Raises:
        ValueError: fewer than two runs, an unknown statistic, a level outside of (0, 1), or no repeat.
    """
    scores = _checked(scores)
    scores = scores[:, None] if scores.ndim == 1 else scores
    if scores.ndim != 2 or len(scores) < 2:
        raise ValueError(
            f"scores need the axes (runs, tasks) and at least two runs, not the shape {scores.shape}."
        )
    if statistic not in STATISTICS:
        raise ValueError(f"statistic is one of {', '.join(STATISTICS)}, not {statistic!r}.")
    if not 0 < level < 1 or repeats < 1:
        raise ValueError(f"level lies between 0 and 1 and repeats is at least 1, not {level} and {repeats}.")
    runs, tasks = scores.shape
    drawn = rng.integers(runs, size=(repeats, runs, tasks))
    samples = np.take_along_axis(scores[None], drawn, axis=1)  # (repeats, runs, tasks)
    low, high = np.quantile(STATISTICS[statistic](samples), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _checked(scores):
    scores = validation.array(scores).astype("float64")
    if not scores.size or not np.isfinite(scores).all():
        raise ValueError("scores are finite numbers, at least one.")
    return scores


def _iqm(samples):
    """Of each sample of shape (runs, tasks)."""
    flat = np.sort(samples.reshape(len(samples), -1), axis=1)
    n = flat.shape[1]
    k = n // 4
    return flat[:, k : n - k].mean(axis=1)


STATISTICS = {
    "iqm": _iqm,
    "mean": lambda samples: samples.mean(axis=(1, 2)),
    "median": lambda samples: np.median(samples.mean(axis=1), axis=1),
}
