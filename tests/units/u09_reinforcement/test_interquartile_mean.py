"""Interquartile means against SciPy, and bootstrap intervals against SciPy's bootstrap."""

import numpy as np
import pytest
from scipy import stats

from units import u09_reinforcement as u09

pytestmark = pytest.mark.backend_independent
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(4,), (5,), (7, 3), (10, 6), (1,)])
def test_it_is_the_trimmed_mean(shape):
    scores = RNG.standard_cauchy(size=shape)
    assert u09.interquartile_mean(scores) == pytest.approx(stats.trim_mean(scores, 0.25, axis=None))


def test_the_interval_of_one_task_is_the_percentile_interval():
    scores = RNG.normal(size=30)
    low, high = u09.bootstrap_interval(scores, np.random.default_rng(1), repeats=20000)
    found = stats.bootstrap(
        (scores,), lambda x, axis: stats.trim_mean(x, 0.25, axis=axis), n_resamples=20000, method="percentile",
        rng=np.random.default_rng(2),
    )  # fmt: skip
    assert (low, high) == pytest.approx(tuple(found.confidence_interval), abs=0.02)


def test_runs_are_drawn_for_each_task_by_itself():
    """Tasks whose runs are all equal have no scatter, however much the tasks differ."""
    scores = np.tile([0.0, 1.0, 5.0], (4, 1))
    for statistic, value in (("mean", 2.0), ("median", 1.0), ("iqm", u09.interquartile_mean(scores))):
        ends = u09.bootstrap_interval(scores, np.random.default_rng(0), statistic, repeats=50)
        assert ends == pytest.approx((value, value))


def test_bad_arguments():
    rng = np.random.default_rng(0)
    for call, words in (
        (lambda: u09.interquartile_mean([]), "at least one"),
        (lambda: u09.interquartile_mean([1.0, np.nan]), "finite"),
        (lambda: u09.bootstrap_interval([1.0], rng), "at least two runs"),
        (lambda: u09.bootstrap_interval([1.0, 2.0], rng, "mode"), "statistic is one of"),
        (lambda: u09.bootstrap_interval([1.0, 2.0], rng, level=1.0), "between 0 and 1"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
