"""The mean of a few runs with other seeds, and how uncertain it is (§2.5)."""

import numpy as np
from scipy import stats

from course.validation import numbers


def in_percent(values):
    """The mean of several runs in percent with its 95% interval, such as "97.1 ± 0.4"; of one run the number alone."""
    mean, half = mean_and_interval(values)
    return f"{100 * mean:.1f}" + ("" if np.isnan(half) else f" ± {100 * half:.1f}")


def of_seeds(count):
    """What the title of a table says about its numbers: "1 seed" or "95% intervals of 3 seeds"."""
    return "1 seed" if count == 1 else f"95% intervals of {count} seeds"


def mean_and_interval(values, confidence=0.95):
    """The mean of independent runs, and half the width of Student's confidence interval of their expectation.

    mean ± t · sd / √n,   t the quantile of Student's distribution with n − 1 degrees of freedom, sd with n − 1

    With 3 runs t is 4.3, not 1.96: the standard deviation of three numbers is itself uncertain. The interval speaks of
    the seed (start, batches, chosen labels), not of the test set, which is the same in all runs.

    Args:
        values: a number for each run, shape (runs,).
        confidence: how often such intervals contain the expectation if the numbers are normally distributed.

    Returns:
        ``(mean, half)``; half is NaN for a single run.
    """
    values = numbers(values, name="values")
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence is between 0 and 1, not {confidence!r}.")
    return float(values.mean()), float(half_width(values, confidence))


def half_width(values, confidence=0.95):
    """Half the width of the interval of ``mean_and_interval`` along the first axis.

    t · sd / √n

    Args:
        values: shape (runs, …).
        confidence: as in ``mean_and_interval``.

    Returns:
        Shape (…); NaN for a single run.
    """
    values = np.asarray(values, "float64")
    if len(values) == 1:
        return np.full(values.shape[1:], np.nan)
    t = stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    # t · sd / √n
    return t * values.std(axis=0, ddof=1) / np.sqrt(len(values))
