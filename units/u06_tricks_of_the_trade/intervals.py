"""The mean of a few runs with other seeds, and how uncertain it is (§2.5)."""

import numpy as np
from scipy import stats

from course.validation import numbers


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
    if len(values) == 1:
        return float(values[0]), float("nan")
    t = stats.t.ppf((1 + confidence) / 2, len(values) - 1)
    return float(values.mean()), float(t * values.std(ddof=1) / np.sqrt(len(values)))
