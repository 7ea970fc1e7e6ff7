"""Statistical inference for the linear model against SciPy and by simulation."""

import numpy as np
import pytest
from scipy import stats

from units.u01_machine_learning.linear_inference import linear_inference


def test_simple_regression_is_scipys():
    rng = np.random.default_rng(0)
    x = rng.normal(size=25)
    y = 2 + 0.4 * x + rng.normal(size=25)
    fit, oracle = linear_inference(np.c_[np.ones(25), x], y), stats.linregress(x, y)
    assert np.allclose(fit.theta, [oracle.intercept, oracle.slope])
    assert np.allclose(fit.errors, [oracle.intercept_stderr, oracle.stderr])
    assert np.isclose(fit.p[1], oracle.pvalue)
    assert np.isclose(fit.r2, oracle.rvalue**2)
    assert np.allclose(fit.high - fit.theta, stats.t.ppf(0.975, 23) * fit.errors)


def test_several_features_are_the_closed_form():
    rng = np.random.default_rng(1)
    X = np.c_[np.ones(40), rng.normal(size=(40, 3))]
    y = X @ [1.0, 2.0, 0.0, -1.0] + 0.5 * rng.normal(size=40)
    fit = linear_inference(X, y, level=0.9)
    inverse = np.linalg.inv(X.T @ X)
    theta = inverse @ X.T @ y
    sigma2 = np.sum((y - X @ theta) ** 2) / 36
    assert np.allclose(fit.theta, theta)
    assert np.allclose(fit.errors, np.sqrt(sigma2 * np.diag(inverse)))
    assert np.isclose(fit.sigma**2, sigma2)
    assert np.allclose(fit.low, theta - stats.t.ppf(0.95, 36) * fit.errors)
    assert np.isclose(fit.r2, np.corrcoef(X @ theta, y)[0, 1] ** 2)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(2)
    X = np.c_[np.ones(12), rng.normal(size=12)]
    truth, held = np.array([1.0, -1.0]), []
    for _ in range(1500):
        fit = linear_inference(X, X @ truth + rng.normal(size=12))
        held.append((fit.low <= truth) & (truth <= fit.high))
    assert np.allclose(np.mean(held, axis=0), 0.95, atol=0.02)  # standard deviation: 0.006


def test_too_few_samples_and_dependent_columns_are_refused():
    with pytest.raises(ValueError, match="n > p"):
        linear_inference(np.ones((2, 2)), [1.0, 2.0])
    with pytest.raises(ValueError, match="linearly dependent"):
        linear_inference(np.c_[np.ones(5), np.arange(5.0), 2 * np.arange(5.0)], np.arange(5.0))
