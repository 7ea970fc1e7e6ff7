"""The decomposition: exact as an identity, and right about a case that is known on paper."""

import numpy as np
import pytest

from units.u01_machine_learning.bias_variance import decompose, measured_error


def test_bias_and_variance_add_up_to_the_mean_squared_distance_from_f():
    rng = np.random.default_rng(0)
    predictions, truth = rng.normal(size=(50, 7)), rng.normal(size=7)
    parts = decompose(predictions, truth, 0.3)
    assert parts.bias2 + parts.variance == pytest.approx(np.mean((predictions - truth) ** 2), rel=1e-5)
    assert parts.bias2 == pytest.approx(np.mean((predictions.mean(0) - truth) ** 2), rel=1e-5)
    assert parts.noise == pytest.approx(0.09)
    assert parts.expected_error == pytest.approx(parts.bias2 + parts.variance + parts.noise)


def test_the_sample_mean_has_variance_sigma_squared_over_n():
    rng = np.random.default_rng(1)
    sigma, n, datasets = 2.0, 16, 4000
    y = rng.normal(5.0, sigma, (datasets, n))
    predictions = np.repeat(y.mean(1, keepdims=True), 3, axis=1)
    parts = decompose(predictions, np.array([5.0, 6.0, 7.0]), sigma)
    assert parts.variance == pytest.approx(sigma**2 / n, rel=0.08)
    assert parts.bias2 == pytest.approx((0 + 1 + 4) / 3, rel=0.04)


def test_the_sum_is_the_error_on_fresh_observations():
    rng = np.random.default_rng(2)
    truth = np.sin(np.arange(40))
    predictions = 0.5 * truth + rng.normal(0, 0.7, (3000, 40))
    fresh = truth + rng.normal(0, 0.4, (3000, 40))
    assert measured_error(predictions, fresh) == pytest.approx(
        decompose(predictions, truth, 0.4).expected_error, rel=0.02
    )


def test_one_data_set_has_no_variance():
    parts = decompose([[1.0, 2.0]], [0.0, 0.0], 0.0)
    assert parts == (2.5, 0.0, 0.0, 2.5)


def test_wrong_shapes_and_negative_noise_are_refused():
    with pytest.raises(ValueError, match="datasets, points"):
        decompose(np.zeros((4, 3)), np.zeros(4), 1.0)
    with pytest.raises(ValueError, match="datasets, points"):
        decompose(np.zeros(3), np.zeros(3), 1.0)
    with pytest.raises(ValueError, match="noise_std"):
        decompose(np.zeros((4, 3)), np.zeros(3), -1.0)
