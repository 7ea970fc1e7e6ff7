import keras
import numpy as np
import pytest

from units import u10_past_present_future as u10


def drawn(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.backend_independent
@pytest.mark.parametrize(("n", "p"), [(6, 9), (9, 6)])
def test_the_smallest_norm_is_that_of_lstsq_for_each_problem(n, p):
    X, y = drawn(0, 3, n, p), drawn(1, 3, n)
    fits = u10.minimum_norm(X, y)
    for fit, A, b in zip(fits, X, y, strict=True):
        np.testing.assert_allclose(fit, np.linalg.lstsq(A, b, rcond=None)[0])


@pytest.mark.backend_independent
def test_ridge_solves_its_normal_equations_and_ends_at_the_smallest_norm():
    X, y = drawn(0, 5, 8), drawn(1, 5)
    theta = u10.ridge(X, y, 0.7)
    np.testing.assert_allclose(X.T @ (y - X @ theta), 0.7 * theta)
    np.testing.assert_allclose(u10.ridge(X, y, 1e-9), u10.minimum_norm(X, y), atol=1e-6)


@pytest.mark.backend_independent
@pytest.mark.parametrize(("n", "p"), [(10, 30), (30, 10), (14, 20)])
def test_the_expected_error_is_the_mean_of_many_fits(n, p):
    theta, sigma = drawn(2, p), 0.5
    X = drawn(3, 4000, n, p)
    y = X @ theta + sigma * drawn(4, 4000, n)
    errors = u10.new_sample_error(u10.minimum_norm(X, y), theta, 1.0, sigma**2)
    expected = u10.expected_error(n, p, np.sum(theta**2), sigma**2)
    assert abs(errors.mean() - expected) < 4 * errors.std() / np.sqrt(len(errors))


@pytest.mark.backend_independent
def test_the_peak_is_where_samples_and_features_are_equally_many():
    error = u10.expected_error(np.arange(2, 100), 40, 1.0, 0.1)
    assert np.isinf(error[[37, 38, 39]]).all()  # n = 39, 40, 41
    assert np.isfinite(np.delete(error, [37, 38, 39])).all()
    # with endless data the noise is left, and without data the whole signal too
    assert u10.expected_error(10**9, 40, 1.0, 0.1) == pytest.approx(0.1)
    assert u10.expected_error(1, 10**9, 1.0, 0.1) == pytest.approx(1.1)


@pytest.mark.backend_independent
@pytest.mark.parametrize(("n", "p"), [(7, 4), (4, 7)])
def test_gradient_flow_is_the_limit_of_small_steps(n, p):
    X, y, theta, eta = drawn(0, n, p), drawn(1, n), np.zeros(p), 1e-3
    for step in range(1, 2001):
        theta = theta + eta * X.T @ (y - X @ theta) / n
        if step in (100, 2000):
            np.testing.assert_allclose(u10.gradient_flow(X, y, [eta * step])[0], theta, atol=2e-3)


@pytest.mark.backend_independent
def test_gradient_flow_begins_at_zero_and_ends_at_the_smallest_norm():
    X, y = drawn(0, 2, 4, 7), drawn(1, 2, 4)
    X[:, 3] = X[:, 2]  # of lower rank
    first, last = np.moveaxis(u10.gradient_flow(X, y, [0, 1e9]), 1, 0)
    assert not first.any()
    np.testing.assert_allclose(last, u10.minimum_norm(X, y), atol=1e-9)


@pytest.mark.backend_independent
def test_a_problem_of_small_numbers_beside_one_of_large_ones():
    X, y = drawn(0, 2, 5, 3), drawn(1, 2, 5)
    X[1] *= 1e-13
    np.testing.assert_allclose(u10.gradient_flow(X, y, [1e40])[:, 0], u10.minimum_norm(X, y), rtol=1e-6)


def test_a_linear_layer_trained_by_small_steps_follows_the_flow():
    X, y = drawn(0, 12, 3).astype("float32"), drawn(1, 12).astype("float32")
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((3,)), layer])
    # Keras's mean squared error has the gradient 2 Xᵀ(Xθ − y) / n
    model.compile(keras.optimizers.SGD(0.005), loss="mse")
    model.fit(X, y, batch_size=12, epochs=40, verbose=0)
    expected = u10.gradient_flow(X, y, [2 * 0.005 * 40])[0]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer.kernel)[:, 0], expected, atol=3e-3)


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u10.minimum_norm(drawn(0, 3, 2), drawn(0, 2)), "one number for each row"),
        (lambda: u10.ridge(drawn(0, 3, 2), drawn(0, 3), 0), "penalty must be positive"),
        (lambda: u10.gradient_flow(drawn(0, 3, 2), drawn(0, 3), [-1.0]), "not negative"),
        (lambda: u10.expected_error(0, 2, 1, 1), "at least 1"),
        (lambda: u10.expected_error(2, 2, 1, -1), "not negative"),
        (lambda: u10.expected_error(np.nan, 2, 1, 1), "at least 1"),
        (lambda: u10.gradient_flow(drawn(0, 3, 2), drawn(0, 3), [np.nan]), "not negative"),
        (lambda: u10.new_sample_error(np.zeros((3, 3)), np.ones((3, 1)), 1.0, 0.0), "has shape"),
    ],
)
def test_mistakes_get_a_sentence(call, message):
    with pytest.raises(ValueError, match=message):
        call()
