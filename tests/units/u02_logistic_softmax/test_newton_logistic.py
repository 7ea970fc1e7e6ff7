import numpy as np
import pytest
from scipy.special import expit
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from units.u02_logistic_softmax import newton_logistic


def numpy_fit(x, y, steps=30):
    """Maximum likelihood and its covariance in float64."""
    X = np.column_stack([np.ones(len(x)), x]).astype("float64")
    theta = np.zeros(X.shape[1])
    for _ in range(steps):
        p = expit(X @ theta)
        H = X.T @ (X * (p * (1 - p))[:, None])
        theta -= np.linalg.solve(H, X.T @ (p - y))
    return theta, np.linalg.inv(H)


@pytest.fixture(scope="module")
def cancer():
    d = load_breast_cancer()
    x = d.data[:, [21, 24, 29]]  # worst texture, smoothness, fractal dimension: no hyperplane separates them
    return (x - x.mean(0)) / x.std(0), d.target


def test_maximum_likelihood_and_standard_errors_are_those_of_float64(cancer):
    x, y = cancer
    fit = newton_logistic(x, y)
    theta, covariance = numpy_fit(x, y)
    np.testing.assert_allclose(np.append(fit.b, fit.w), theta, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(fit.standard_errors, np.sqrt(np.diag(covariance))[1:], rtol=1e-3)
    assert fit.steps < 12


@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_with_a_penalty_it_is_scikit_learns(penalty):
    d = load_breast_cancer()
    x = (d.data - d.data.mean(0)) / d.data.std(0)
    oracle = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=5000).fit(x, d.target)
    fit = newton_logistic(x, d.target, penalty=penalty)
    np.testing.assert_allclose(fit.w, oracle.coef_[0], atol=2e-3)
    assert fit.b == pytest.approx(oracle.intercept_[0], abs=2e-3)  # the bias is not penalized


def test_odds_ratios_and_their_intervals(cancer):
    fit = newton_logistic(*cancer)
    ratio, low, high = fit.odds_ratios()
    np.testing.assert_allclose(ratio, np.exp(fit.w), rtol=1e-5)
    np.testing.assert_allclose(np.log(high / low), 2 * 1.96 * fit.standard_errors, rtol=1e-3)
    assert np.all(low < ratio)


def test_separable_classes_have_no_maximum_likelihood():
    x, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1])
    with pytest.raises(ValueError, match="separates"):
        newton_logistic(x, y)
    assert newton_logistic(x, y, penalty=1.0).w[0] > 0


def test_features_that_depend_on_each_other_are_refused(cancer):
    x, y = cancer
    with pytest.raises(ValueError, match="depend on each other"):
        newton_logistic(np.column_stack([x, x[:, 0] + x[:, 1]]), y)


def test_a_negative_penalty_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        newton_logistic([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], penalty=-0.2)
