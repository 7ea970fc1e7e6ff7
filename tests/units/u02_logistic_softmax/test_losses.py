import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import expit, softmax

import course
from units.u02_logistic_softmax import (
    binary_cross_entropy,
    cross_entropy,
    cross_entropy_curvature,
    cross_entropy_slope,
    hinge_loss,
    logistic_loss,
    numerical_gradient,
    perceptron_loss,
    relative_error,
    sigmoid_gradient,
    softmax_gradient,
    squared_curvature,
    squared_loss,
    squared_margin_loss,
    squared_slope,
    zero_one_loss,
)


def number(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(7, 3)).astype("float32"), rng.integers(0, 4, size=7).astype("int32")


def numpy_cross_entropy(W, b, x, y):
    """Independent, in float64: minus the mean log-probability of the labels."""
    z = x.astype("float64") @ W.T + b
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y]))


def test_cross_entropy_is_keras(data):
    rng = np.random.default_rng(1)
    z = rng.normal(scale=4, size=(7, 4)).astype("float32")
    expected = keras.losses.sparse_categorical_crossentropy(data[1], z, from_logits=True)
    np.testing.assert_allclose(number(cross_entropy(data[1], z)), number(expected), rtol=1e-5, atol=1e-6)
    y = (data[1] > 1).astype("float32")
    expected = keras.losses.binary_crossentropy(y[:, None], z[:, :1], from_logits=True)
    np.testing.assert_allclose(
        number(binary_cross_entropy(y, z[:, 0])), number(expected), rtol=1e-5, atol=1e-6
    )


def test_losses_are_right_where_probabilities_round_to_zero_and_one():
    z = np.array([500.0, -500.0, 500.0, 0.0], "float32")
    np.testing.assert_allclose(
        number(binary_cross_entropy(np.array([0, 1, 1, 1]), z)), [500, 500, 0, np.log(2)], rtol=1e-6
    )
    assert float(cross_entropy(np.array([0]), np.array([[-300.0, 300.0]], "float32"))[0]) == 600


def test_a_uniform_guess_costs_log_k():
    np.testing.assert_allclose(
        number(cross_entropy([0, 4, 9], np.ones((3, 10), "float32"))), np.log(10), rtol=1e-6
    )


def test_mean_loss_is_minus_the_log_of_the_likelihood():
    y, z = np.array([1, 0, 1, 1]), np.array([0.3, -1.0, 2.0, -0.5], "float32")
    likelihood = np.prod(np.where(y == 1, expit(z), 1 - expit(z)))
    np.testing.assert_allclose(np.exp(-number(binary_cross_entropy(y, z)).sum()), likelihood, rtol=1e-5)


def test_gradients_by_hand_agree_with_finite_differences_in_float64(data):
    x, y = data
    rng = np.random.default_rng(2)
    W, b = rng.normal(size=(4, 3)), rng.normal(size=4)
    by_hand = softmax_gradient(x, y, W.astype("float32"), b.astype("float32"))
    numerical = [
        numerical_gradient(lambda t: numpy_cross_entropy(t, b, x, y), W),
        numerical_gradient(lambda t: numpy_cross_entropy(W, t, x, y), b),
    ]
    assert relative_error([number(g) for g in by_hand], numerical) < 1e-6


def test_gradients_by_hand_agree_with_the_backends(data):
    x, y = data
    w, b = keras.Variable([0.5, -1.0, 2.0]), keras.Variable(0.1)
    label = y % 2
    _, auto = course.value_and_grad(
        lambda: ops.mean(binary_cross_entropy(label, ops.matmul(x, w.value) + b)), [w, b]
    )
    by_hand = sigmoid_gradient(x, label, w.value, b.value)
    for a, h in zip(auto, by_hand, strict=True):
        np.testing.assert_allclose(number(h), number(a), rtol=1e-5, atol=1e-7)


def test_gradients_of_the_classes_sum_to_zero(data):
    x, y = data
    W, b = softmax_gradient(x, y, np.ones((4, 3), "float32"), np.arange(4, dtype="float32"))
    np.testing.assert_allclose(number(W).sum(0), 0, atol=1e-6)
    np.testing.assert_allclose(number(b).sum(), 0, atol=1e-6)


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_slopes_and_curvatures_are_derivatives(label):
    z = np.linspace(-4, 4, 9)
    y = np.full(9, label)

    def slopes(values, f):
        return np.diag([numerical_gradient(lambda t, i=i: f(t)[i], values) for i in range(9)][0:9])

    squared = lambda t: (expit(t) - y) ** 2  # noqa: E731
    entropy = lambda t: np.logaddexp(0, t) - y * t  # noqa: E731
    f32 = z.astype("float32")
    np.testing.assert_allclose(number(squared_loss(y, f32)), squared(z), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(number(squared_slope(y, f32)), slopes(z, squared), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(number(cross_entropy_slope(y, f32)), slopes(z, entropy), rtol=1e-4, atol=1e-7)

    def second(f, h=1e-4):
        return (f(z + h) - 2 * f(z) + f(z - h)) / h**2

    np.testing.assert_allclose(number(squared_curvature(y, f32)), second(squared), atol=1e-6)
    np.testing.assert_allclose(number(cross_entropy_curvature(f32)), second(entropy), atol=1e-6)


def test_squared_loss_stops_learning_where_it_is_most_wrong():
    z = np.array([-20.0], "float32")
    assert abs(float(squared_slope(np.ones(1), z)[0])) < 1e-8
    assert float(cross_entropy_slope(np.ones(1), z)[0]) == pytest.approx(-1)


def test_margin_losses_at_known_points():
    m = np.array([-2.0, 0.0, 0.5, 1.0, 3.0], "float32")
    np.testing.assert_allclose(number(zero_one_loss(m)), [1, 1, 0, 0, 0])
    np.testing.assert_allclose(number(perceptron_loss(m)), [2, 0, 0, 0, 0])
    np.testing.assert_allclose(number(hinge_loss(m)), [3, 1, 0.5, 0, 0])
    np.testing.assert_allclose(number(squared_margin_loss(m)), [9, 1, 0.25, 0, 4])
    np.testing.assert_allclose(number(logistic_loss(m)), np.log2(1 + np.exp(-m)), rtol=1e-5)
    assert np.isfinite(number(logistic_loss(np.array([-1e4], "float32")))).all()


@pytest.mark.parametrize("loss", [hinge_loss, logistic_loss, squared_margin_loss])
def test_surrogates_lie_above_the_zero_one_loss(loss):
    m = np.linspace(-5, 5, 201).astype("float32")
    assert np.all(number(loss(m)) >= number(zero_one_loss(m)))


def test_a_class_that_is_ruled_out_costs_nothing_to_the_others():
    z = np.array([[0.0, -np.inf, 0.0]], "float32")
    np.testing.assert_allclose(number(cross_entropy([2], z)), np.log(2), rtol=1e-6)


def test_the_backend_differentiates_the_cross_entropy_to_prediction_minus_label():
    z = np.random.default_rng(3).normal(size=(5, 4)).astype("float32")
    y = np.array([0, 3, 1, 1, 2])
    got = course.grad(lambda t: ops.sum(cross_entropy(y, t)))(ops.convert_to_tensor(z))
    expected = softmax(z, axis=1) - np.eye(4)[y]
    np.testing.assert_allclose(number(got), expected, rtol=1e-4, atol=1e-6)
