"""What an experiment claims has to fail when its method is broken."""

import numpy as np
import pytest
from keras import ops

from units.u02_logistic_softmax.experiments import cross_entropy_or_squared, odds_ratios, perceptron_bound


def test_separable_data_keep_their_distance():
    rng = np.random.default_rng(0)
    teacher = perceptron_bound.unit_vector(rng)
    x, y = perceptron_bound.separable(rng, teacher, 0.1)
    assert x.shape == (perceptron_bound.SAMPLES, perceptron_bound.FEATURES)
    assert np.min(y * (x @ teacher)) >= 0.1 - 1e-6
    assert np.max(np.linalg.norm(x, axis=1)) <= 1 + 1e-6


def test_binned_log_odds_of_a_known_table():
    z = np.arange(8.0)
    y = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    middle, observed, error, pure = odds_ratios.binned_log_odds(z, y, bins=2)
    np.testing.assert_allclose(middle, [1.5, 5.5])
    np.testing.assert_allclose(observed, [np.log(1.5 / 3.5), np.log(3.5 / 1.5)])
    np.testing.assert_allclose(error, np.sqrt(1 / 1.5 + 1 / 3.5))
    assert not pure.any()


def test_a_bin_of_one_class_is_told():
    *_, pure = odds_ratios.binned_log_odds(np.arange(6.0), np.array([0, 0, 0, 1, 1, 1]), bins=3)
    np.testing.assert_array_equal(pure, [True, False, True])


def test_descent_follows_the_slope_it_is_given():
    X = np.array([[1.0, 1.0], [-1.0, 1.0]], "float32")
    path = cross_entropy_or_squared.descend(
        lambda y, z: ops.subtract(z, y), X, np.array([0.0, 1.0], "float32"), steps=1
    )
    start = cross_entropy_or_squared.START
    z = X @ start
    np.testing.assert_allclose(path[1], start - (z - [0, 1]) @ X / 2, rtol=1e-6)


def test_smallest_eigenvalue_of_a_diagonal_hessian():
    X = np.eye(2) * np.sqrt(2)
    curvature = np.array([[3.0, -1.0], [0.5, 2.0]])
    assert cross_entropy_or_squared.smallest_eigenvalue(curvature, X) == pytest.approx([-1.0, 0.5])
