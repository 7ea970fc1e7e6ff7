"""Least squares three ways and ridge, against NumPy and scikit-learn."""

import numpy as np
import pytest
from keras import ops
from sklearn.linear_model import Ridge

from units.u01_machine_learning.least_squares import (
    normal_equations,
    predict,
    pseudo_inverse,
    with_constant,
)
from units.u01_machine_learning.linear_descent import (
    gradient_descent,
    squared_loss,
    squared_loss_gradient,
)
from units.u01_machine_learning.ridge import ridge, ridge_path

to_numpy = ops.convert_to_numpy


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4)).astype("float32")
    y = (x @ [1.0, -2.0, 0.5, 0.0] + 3.0 + 0.3 * rng.normal(size=60)).astype("float32")
    return x, y


def test_three_ways_to_one_answer(problem):
    x, y = problem
    X = with_constant(x)
    expected, *_ = np.linalg.lstsq(np.c_[np.ones(60), x].astype("float64"), y, rcond=None)
    assert np.allclose(to_numpy(normal_equations(X, y)), expected, atol=1e-5)
    assert np.allclose(to_numpy(predict(pseudo_inverse(X), y)), expected, atol=1e-5)
    assert np.allclose(to_numpy(gradient_descent(X, y, steps=300).theta), expected, atol=1e-4)


def test_several_targets_at_once_equal_one_by_one(problem):
    x, y = problem
    X, Y = with_constant(x), np.stack([y, -2 * y, x[:, 0]], axis=1)
    together = to_numpy(normal_equations(X, Y))
    for k in range(3):
        assert np.allclose(together[:, k], to_numpy(normal_equations(X, Y[:, k])), atol=1e-5)


def test_residuals_are_orthogonal_to_the_features(problem):
    x, y = problem
    X = to_numpy(with_constant(x))
    residual = y - X @ to_numpy(normal_equations(X, y))
    assert abs(X.T @ residual).max() < 1e-3


def test_dependent_columns_are_refused_and_the_pseudo_inverse_takes_them(problem):
    x, y = problem
    X = np.c_[x, x[:, 0] + x[:, 1], np.zeros(60)]
    with pytest.raises(ValueError, match="linearly dependent"):
        normal_equations(X, y)
    expected = np.linalg.pinv(X.astype("float64"), rcond=1e-5) @ y
    assert np.allclose(to_numpy(predict(pseudo_inverse(X), y)), expected, atol=1e-4)
    assert np.isfinite(to_numpy(normal_equations(X, y, penalty=0.1))).all()
    with pytest.raises(ValueError, match="must not be negative"):
        normal_equations(X, y, penalty=-1.0)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7)])
def test_moore_and_penroses_four_conditions(shape):
    X = np.random.default_rng(1).normal(size=shape).astype("float32")
    P = to_numpy(pseudo_inverse(X))
    assert np.allclose(X @ P @ X, X, atol=1e-4)
    assert np.allclose(P @ X @ P, P, atol=1e-4)
    assert np.allclose((X @ P).T, X @ P, atol=1e-4)
    assert np.allclose((P @ X).T, P @ X, atol=1e-4)


def test_the_gradient_is_the_slope_of_the_loss(problem):
    x, y = problem
    theta, h = np.array([0.3, -0.2, 1.0, 0.7], "float32"), 1e-2
    gradient = to_numpy(squared_loss_gradient(*map(ops.convert_to_tensor, (x, y, theta))))

    def loss(t):  # quadratic, so the central difference is exact up to rounding
        return float(squared_loss(*map(ops.convert_to_tensor, (x, y, t.astype("float32")))))

    for j in range(4):
        e = h * np.eye(4)[j]
        assert np.isclose((loss(theta + e) - loss(theta - e)) / (2 * h), gradient[j], atol=2e-3)


def test_descent_stops_converging_at_twice_the_safe_rate(problem):
    x, y = problem
    safe = gradient_descent(x, y, steps=50)
    assert (np.diff(safe.losses) <= 1e-5).all()
    assert gradient_descent(x, y, steps=50, rate=2.1 * safe.rate).losses[-1] > 10 * safe.losses[0]


def test_the_record_of_the_descent(problem):
    x, y = problem
    result = gradient_descent(x, y, steps=20, start=np.ones(4), every=5)
    assert result.path.shape == (5, 4)
    assert np.array_equal(result.path[0], np.ones(4))
    assert np.array_equal(result.path[-1], to_numpy(result.theta))
    assert np.isclose(result.losses[0], np.mean((y - x.sum(axis=1)) ** 2), rtol=1e-5)


def test_ridge_is_scikit_learns(problem):
    x, y = problem
    penalties = [0.0, 0.1, 10.0, 1000.0]
    path = ridge_path(x + 5.0, y, penalties)  # shifted: the intercept has something to do
    for i, penalty in enumerate(penalties):
        oracle = Ridge(alpha=penalty).fit((x + 5.0).astype("float64"), y)
        assert np.allclose(to_numpy(path.w)[i], oracle.coef_, atol=1e-3)
        assert np.isclose(float(path.b[i]), oracle.intercept_, atol=5e-3)
    w, b = ridge(x + 5.0, y, 10.0)
    assert np.allclose(to_numpy(w), to_numpy(path.w)[2], atol=1e-5)
    assert np.isclose(float(b), float(path.b[2]), atol=1e-5)


def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix(problem):
    x, _ = problem
    path = ridge_path(x, np.zeros(60), [0.0, 7.0])
    centred = (x - x.mean(axis=0)).astype("float64")
    hat = centred @ np.linalg.inv(centred.T @ centred + 7 * np.eye(4)) @ centred.T
    assert np.allclose(to_numpy(path.freedom), [4.0, np.trace(hat)], atol=1e-3)


def test_the_intercept_is_not_penalized(problem):
    x, y = problem
    w, b = ridge(x, y, 50.0)
    w_moved, b_moved = ridge(x, y + 100.0, 50.0)
    assert np.allclose(to_numpy(w), to_numpy(w_moved), atol=1e-3)
    assert np.isclose(float(b_moved) - float(b), 100.0, atol=1e-3)


def test_ridge_without_penalty_takes_equal_columns():
    x = np.random.default_rng(0).normal(size=(20, 1))
    w, _ = ridge(np.c_[x, x], 4 * x[:, 0], 0.0)
    assert np.allclose(to_numpy(w), [2.0, 2.0], atol=1e-4)
    with pytest.raises(ValueError, match="negative"):
        ridge(x, x[:, 0], -1.0)
