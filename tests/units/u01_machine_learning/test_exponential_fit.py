"""The exponential fit against SciPy's regression, and the coverage of its intervals."""

import numpy as np
import pytest
from scipy import stats

from units.u01_machine_learning.exponential_fit import (
    bootstrap,
    curve,
    doubling_time,
    fit_exponential,
    growth_rate,
)


def sample(rng, n=12, b=0.3, sigma=0.15):
    t = np.arange(2010, 2010 + n)
    return t, np.exp(1.0 + b * (t - 2010) + rng.normal(0, sigma, n))


def test_the_fit_is_scipys_regression_of_the_logarithm():
    t, y = sample(np.random.default_rng(0))
    growth, line = fit_exponential(t, y), stats.linregress(t - t.mean(), np.log(y))
    assert growth.a == pytest.approx(line.intercept, rel=1e-9)
    assert growth.b == pytest.approx(line.slope, rel=1e-9)
    assert growth.se_a == pytest.approx(line.intercept_stderr, rel=1e-9)
    assert growth.se_b == pytest.approx(line.stderr, rel=1e-9)
    assert growth.df == 10


def test_exact_doubling_every_two_years():
    t = np.array([2000, 2002, 2004, 2006])
    growth = fit_exponential(t, [3, 6, 12, 24])
    assert doubling_time(growth) == pytest.approx((2.0, 2.0, 2.0))
    assert curve(growth, 2010) == pytest.approx(96.0)
    assert growth.sigma == pytest.approx(0.0, abs=1e-12)


def test_intervals_hold_the_truth_in_19_of_20_samples():
    rng = np.random.default_rng(1)
    growths = [fit_exponential(*sample(rng)) for _ in range(1000)]
    rates = [growth_rate(growth) for growth in growths]
    times = [doubling_time(growth) for growth in growths]
    assert np.mean([r.low < 0.3 < r.high for r in rates]) == pytest.approx(0.95, abs=0.025)
    assert np.mean([d.low < np.log(2) / 0.3 < d.high for d in times]) == pytest.approx(0.95, abs=0.025)
    assert all(d.low < d.value < d.high for d in times)


def test_an_uncertain_growth_has_no_upper_end_of_its_doubling_time():
    growth = fit_exponential([0, 1, 2, 3], [1.0, 3.0, 0.9, 3.2])
    assert growth_rate(growth).low < 0
    assert doubling_time(growth).high == np.inf


def test_the_bootstrap_agrees_with_the_standard_errors():
    t, y = sample(np.random.default_rng(2))
    growth = fit_exponential(t, y)
    a, b = bootstrap(t, y, 4000, np.random.default_rng(3))
    assert a.shape == b.shape == (4000,)
    assert b.mean() == pytest.approx(growth.b, abs=growth.se_b / 10)
    assert a.mean() == pytest.approx(growth.a, abs=growth.se_a / 10)
    assert b.std() == pytest.approx(growth.se_b, rel=0.06)
    assert a.std() == pytest.approx(growth.se_a, rel=0.06)


def test_what_cannot_be_fitted_is_refused():
    with pytest.raises(ValueError, match="positive amounts"):
        fit_exponential([0, 1, 2], [1.0, 0.0, 2.0])
    with pytest.raises(ValueError, match="at least 3"):
        fit_exponential([0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match="different times"):
        fit_exponential([1, 1, 1], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="do not grow"):
        doubling_time(fit_exponential([0, 1, 2], [4.0, 2.0, 1.0]))
