"""Scaling and screening against scikit-learn, and the bias that leaking them makes."""

import numpy as np
import pytest
from keras import ops
from sklearn.feature_selection import r_regression
from sklearn.preprocessing import StandardScaler

from units.u01_machine_learning.leakage import screen_features, standardize


def test_standardize_uses_the_reference_alone():
    rng = np.random.default_rng(0)
    train, dev = rng.normal(3, 5, (30, 4)), rng.normal(-1, 2, (7, 4))
    expected = StandardScaler().fit(train).transform(dev)
    assert np.allclose(ops.convert_to_numpy(standardize(dev, train)), expected, atol=1e-5)


def test_standardize_keeps_leading_axes_apart():
    x = np.random.default_rng(2).normal(size=(3, 10, 2)) * np.array([1.0, 5.0, 9.0])[:, None, None]
    together = ops.convert_to_numpy(standardize(x[:, :4], x))
    for i in range(3):
        assert np.allclose(together[i], ops.convert_to_numpy(standardize(x[i, :4], x[i])), atol=1e-5)


def test_constant_columns_are_centred_and_not_scaled():
    train = np.array([[2.0, 1.0], [2.0, 3.0]])
    got = ops.convert_to_numpy(standardize([[5.0, 3.0]], train))
    assert np.allclose(got, [[3.0, 1.0]])


def test_screening_ranks_by_the_size_of_the_correlation():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 20)) * rng.uniform(0.1, 9, 20) + 3, rng.normal(size=60)
    x[:, 4] -= 30 * y
    rho = r_regression(x, y)
    got = screen_features(x, y, 5)
    assert np.array_equal(got, np.argsort(-np.abs(rho))[:5])
    assert got[0] == 4


def test_a_constant_feature_comes_last():
    x = np.column_stack([np.ones(10), np.arange(10.0), np.zeros(10)])
    assert screen_features(x, np.arange(10.0), 3).tolist() == [1, 0, 2]


@pytest.mark.parametrize("k", [0, 4])
def test_screening_refuses_impossible_counts(k):
    with pytest.raises(ValueError, match="between 1 and 3"):
        screen_features(np.zeros((5, 3)), np.zeros(5), k)
