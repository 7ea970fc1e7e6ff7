"""Forward and backward pass against SciPy, automatic differentiation and finite differences."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import logsumexp, softmax

import course
from units.u02_logistic_softmax import softmax_gradient
from units.u02_logistic_softmax.backprop import backward, forward


@pytest.fixture
def problem():
    rng = np.random.default_rng(3)
    x, W, b = rng.normal(size=(6, 3)), rng.normal(size=(4, 3)), rng.normal(size=4)
    labels = rng.integers(4, size=6)
    return x, np.eye(4)[labels], W, b, labels


def test_forward_equals_scipy(problem):
    x, y, W, b, _ = problem
    run = forward(x, y, W, b)
    z = x @ W.T + b
    np.testing.assert_allclose(run.z, z, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(run.y_hat, softmax(z, axis=1), rtol=1e-5)
    losses = logsumexp(z, axis=1) - (y * z).sum(1)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(run.cost, losses.mean(), rtol=1e-5)


def test_backward_equals_finite_differences_of_scipy(problem):
    x, y, W, b, _ = problem

    def cost(x, W, b):
        z = x @ W.T + b
        return np.mean(logsumexp(z, axis=1) - (y * z).sum(1))

    got = backward(x, y, W, softmax(x @ W.T + b, axis=1))
    for gradient, at, f in (
        (got.W, W, lambda v: cost(x, v, b)),
        (got.b, b, lambda v: cost(x, W, v)),
        (got.x, x, lambda v: cost(v, W, b)),
    ):
        slopes = np.zeros_like(at)
        for i in np.ndindex(at.shape):
            h = np.zeros_like(at)
            h[i] = 1e-5
            slopes[i] = (f(at + h) - f(at - h)) / 2e-5
        np.testing.assert_allclose(gradient, slopes, rtol=1e-4, atol=1e-6)


def test_backward_equals_the_seam_and_the_closed_form(problem):
    x, y, W, b, labels = problem
    weights = [keras.Variable(W.astype("float32")), keras.Variable(b.astype("float32"))]
    value, automatic = course.value_and_grad(lambda: forward(x, y, *weights).cost, weights)
    run = forward(x, y, W, b)
    np.testing.assert_allclose(ops.convert_to_numpy(value), ops.convert_to_numpy(run.cost), rtol=1e-6)
    by_hand = backward(x, y, W, run.y_hat)
    closed = softmax_gradient(x.astype("float32"), labels, W.astype("float32"), b.astype("float32"))
    for hand, auto, other in zip(by_hand[:2], automatic, closed, strict=True):
        np.testing.assert_allclose(
            ops.convert_to_numpy(hand), ops.convert_to_numpy(auto), rtol=1e-4, atol=1e-6
        )
        np.testing.assert_allclose(
            ops.convert_to_numpy(hand), ops.convert_to_numpy(other), rtol=1e-4, atol=1e-6
        )


def test_large_logits_give_a_finite_cost():
    run = forward([[1000.0]], [[0.0, 1.0]], [[1.0], [-1.0]], [0.0, 0.0])
    assert float(run.cost) == 2000.0
    assert np.isfinite(
        ops.convert_to_numpy(backward([[1000.0]], [[0.0, 1.0]], [[1.0], [-1.0]], run.y_hat).W)
    ).all()


def test_gradients_of_biases_sum_to_zero(problem):
    x, y, W, b, _ = problem
    # A shift of all logits changes nothing, so the cost has no slope along it.
    assert abs(float(ops.sum(backward(x, y, W, forward(x, y, W, b).y_hat).b))) < 1e-6


def test_labels_that_are_not_one_hot_are_refused(problem):
    x, _, W, b, labels = problem
    with pytest.raises(ValueError, match="one-hot"):
        forward(x, labels, W, b)


def test_a_row_of_labels_that_does_not_add_to_1_is_refused():
    """The cost was LSE(z) − ∑ y z, which is −∑ y log ŷ only for rows that add to 1."""
    for y in ([[1.0, 1.0]], [[0.0, 0.0]], [[0.5, 0.25]]):
        with pytest.raises(ValueError, match="each row of y must add to 1"):
            forward([[1.0]], y, [[0.0], [1.0]], [0.0, 0.0])
        with pytest.raises(ValueError, match="each row of y must add to 1"):
            backward([[1.0]], y, [[0.0], [1.0]], [[0.5, 0.5]])
    assert float(forward([[1.0]], [[0.3, 0.7]], [[0.0], [0.0]], [0.0, 0.0]).cost) == pytest.approx(np.log(2))
