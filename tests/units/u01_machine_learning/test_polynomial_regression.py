"""Polynomial regression against NumPy's Legendre series and scikit-learn's ridge."""

import numpy as np
import pytest
from keras import ops
from sklearn.linear_model import Ridge

from units.u01_machine_learning.polynomial_regression import (
    fit_linear,
    legendre_features,
    nested_predictions,
    polynomial_predictions,
    predict_linear,
)


def to_numpy(x):
    return ops.convert_to_numpy(x)


@pytest.mark.parametrize("degree", [0, 1, 7])
def test_features_are_legendre_polynomials(degree):
    x = np.linspace(-1, 1, 17)
    assert np.allclose(
        to_numpy(legendre_features(x, degree)), np.polynomial.legendre.legvander(x, degree), atol=1e-5
    )


def test_features_keep_leading_axes():
    x = np.random.default_rng(0).uniform(-1, 1, (2, 3, 5))
    assert legendre_features(x, 4).shape == (2, 3, 5, 5)


def test_the_fit_is_numpys_polynomial_fit():
    rng = np.random.default_rng(0)
    x, y, new = rng.uniform(-1, 1, 30), rng.normal(size=30), np.linspace(-1, 1, 11)
    expected = np.polynomial.Polynomial.fit(x, y, 6)(new)
    assert np.allclose(to_numpy(polynomial_predictions(x, y, new, 6)), expected, atol=1e-3)


def test_a_batch_of_data_sets_at_points_of_their_own_equals_one_by_one():
    rng = np.random.default_rng(1)
    x, y, new = rng.uniform(-1, 1, (6, 20)), rng.normal(size=(6, 20)), rng.uniform(-1, 1, (6, 7))
    together = to_numpy(polynomial_predictions(x, y, new, 6))
    assert together.shape == (6, 7)
    for i in range(6):
        assert np.allclose(together[i], np.polynomial.Polynomial.fit(x[i], y[i], 6)(new[i]), atol=1e-2)
    # One list of points serves all data sets.
    at_first = to_numpy(polynomial_predictions(x, y, new[0], 6))
    assert np.allclose(at_first[0], together[0], atol=1e-3)


def test_all_degrees_at_once_equal_numpys_fits_one_by_one():
    rng = np.random.default_rng(5)
    x, y, new = rng.uniform(-1, 1, (3, 25)), rng.normal(size=(3, 25)), rng.uniform(-1, 1, (3, 8))
    together = to_numpy(nested_predictions(x, y, new, 5))
    assert together.shape == (6, 3, 8)
    for degree in range(6):
        for i in range(3):
            expected = np.polynomial.Polynomial.fit(x[i], y[i], degree)(new[i])
            assert np.allclose(together[degree, i], expected, atol=2e-3)


def test_all_degrees_at_once_need_enough_samples():
    with pytest.raises(ValueError, match="more than 3 samples"):
        nested_predictions(np.zeros(3), np.zeros(3), np.zeros(1), 3)
    with pytest.raises(ValueError, match=r"leading axes of x, \(2,\), not \(\)"):
        nested_predictions(np.zeros((2, 5)), np.zeros((2, 5)), np.zeros(1), 3)


def test_the_penalty_is_that_of_ridge_regression():
    rng = np.random.default_rng(3)
    Phi, y = rng.normal(size=(25, 6)), rng.normal(size=25)
    expected = Ridge(alpha=3.0, fit_intercept=False).fit(Phi, y).coef_
    assert np.allclose(to_numpy(fit_linear(Phi, y, 3.0)), expected, atol=1e-4)


def test_more_features_than_samples_gives_the_smallest_exact_fit():
    rng = np.random.default_rng(4)
    Phi, y = rng.normal(size=(8, 20)), rng.normal(size=8)
    theta = fit_linear(Phi, y)
    assert np.allclose(to_numpy(predict_linear(Phi, theta)), y, atol=1e-4)
    assert np.allclose(to_numpy(theta), np.linalg.pinv(Phi) @ y, atol=1e-4)


def test_equal_columns_share_the_weight():
    theta = to_numpy(fit_linear([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], [2.0, 4.0, 6.0]))
    assert np.allclose(theta, [1.0, 1.0], atol=1e-5)


def test_zero_features_give_zero_and_not_nan():
    assert np.array_equal(to_numpy(fit_linear(np.zeros((3, 2)), np.ones(3))), np.zeros(2))


def test_impossible_arguments_are_refused():
    with pytest.raises(ValueError, match="degree"):
        legendre_features([0.0], -1)
    with pytest.raises(ValueError, match="penalty"):
        fit_linear([[1.0]], [1.0], -0.1)
