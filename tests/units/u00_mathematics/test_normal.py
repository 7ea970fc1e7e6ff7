"""The density of normal distributions against SciPy, and their divergence against integrals and a special case."""

import numpy as np
import pytest
from scipy import integrate, stats

from course.testing import assert_close
from units import u00_mathematics as u00

MEAN_P, COVARIANCE_P = np.array([0.5, -1.0]), np.array([[2.0, 0.6], [0.6, 1.0]])
MEAN_Q, COVARIANCE_Q = np.array([-0.3, 0.4]), np.array([[1.0, -0.3], [-0.3, 0.5]])


def test_the_density():
    x = np.random.default_rng(0).normal(size=(6, 2))
    expected = stats.multivariate_normal(MEAN_P, COVARIANCE_P).logpdf(x)
    assert_close(u00.normal_log_density(x, MEAN_P, COVARIANCE_P), expected, rtol=1e-4)


def test_the_divergence_is_the_integral_of_its_definition():
    p, q = stats.multivariate_normal(MEAN_P, COVARIANCE_P), stats.multivariate_normal(MEAN_Q, COVARIANCE_Q)
    grid = np.linspace(-12, 12, 481)
    points = np.stack(np.meshgrid(grid, grid), axis=-1)
    terms = p.pdf(points) * (p.logpdf(points) - q.logpdf(points))
    expected = integrate.trapezoid(integrate.trapezoid(terms, grid), grid)
    got = u00.normal_divergence(MEAN_P, COVARIANCE_P, MEAN_Q, COVARIANCE_Q)
    assert_close(got, expected, rtol=1e-3)
    assert abs(float(u00.normal_divergence(MEAN_Q, COVARIANCE_Q, MEAN_P, COVARIANCE_P)) - expected) > 0.5


def test_it_is_zero_for_equal_distributions_and_for_no_others():
    assert_close(u00.normal_divergence(MEAN_P, COVARIANCE_P, MEAN_P, COVARIANCE_P), 0.0, atol=1e-5)
    assert float(u00.normal_divergence(MEAN_P, COVARIANCE_P, MEAN_Q, COVARIANCE_P)) > 0.1
    assert float(u00.normal_divergence(MEAN_P, COVARIANCE_P, MEAN_P, COVARIANCE_Q)) > 0.1


def test_diagonal_covariances_and_a_standard_normal():
    """½ ∑_j (σ_j² − 1 − log σ_j² + μ_j²), as in variational autoencoders."""
    variances = np.array([0.5, 2.0])
    expected = 0.5 * np.sum(variances - 1 - np.log(variances) + MEAN_P**2)
    assert_close(
        u00.normal_divergence(MEAN_P, np.diag(variances), np.zeros(2), np.eye(2)), expected, rtol=1e-4
    )


@pytest.mark.parametrize(
    ("mean", "covariance", "words"),
    [
        ([0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], "not positive definite"),
        ([0.0, 0.0], [[1.0, 0.0], [0.5, 1.0]], "not symmetric"),
        ([0.0], [[1.0, 0.0], [0.0, 1.0]], "shape"),
    ],
)
def test_what_is_no_covariance_is_refused(mean, covariance, words):
    with pytest.raises(ValueError, match=words):
        u00.normal_log_density(np.zeros((1, 2)), mean, covariance)


def test_other_features_are_refused():
    with pytest.raises(ValueError, match="have 2 and 1 of them"):
        u00.normal_divergence(MEAN_P, COVARIANCE_P, [0.0], [[1.0]])
    with pytest.raises(ValueError, match="3 features"):
        u00.normal_log_density(np.zeros((1, 3)), MEAN_P, COVARIANCE_P)
