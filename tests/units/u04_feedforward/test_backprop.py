"""The forward and backward pass of a deep network against NumPy, automatic differentiation and Keras's model."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close
from units.u02_logistic_softmax import cross_entropy
from units.u04_feedforward.backprop import backward, cost_and_gradients
from units.u04_feedforward.network import Layer, forward, network


def problem(widths=(3, 4, 4, 2), activation="tanh", n=6, seed=0):
    rng = np.random.default_rng(seed)
    layers = [
        layer._replace(b=rng.normal(size=len(layer.b)).astype("float32"))
        for layer in network(widths, activation, seed)
    ]
    x = rng.normal(size=(n, widths[0])).astype("float32")
    return x, rng.integers(widths[-1], size=n).astype("int32"), layers


def test_forward_equals_numpy_sample_by_sample():
    x, _, layers = problem()
    run = forward(x, layers)
    for i, a in enumerate(x):
        for l, (W, b, activation) in enumerate(layers):
            z = W @ a + b
            a = np.tanh(z) if activation else z
            assert_close(run.z[l][i], z, rtol=1e-4, atol=1e-5)
            assert_close(run.a[l + 1][i], a, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["tanh", "relu", "swish"])
def test_backward_equals_the_seam(activation):
    x, y, layers = problem(activation=activation)
    variables = [keras.Variable(v) for layer in layers for v in (layer.W, layer.b)]
    with_variables = [
        Layer(W, b, layer.activation)
        for W, b, layer in zip(variables[::2], variables[1::2], layers, strict=True)
    ]

    def cost():
        return ops.mean(cross_entropy(y, forward(x, with_variables).a[-1]))

    value, automatic = course.value_and_grad(cost, variables)
    got, by_hand = cost_and_gradients(x, y, layers)
    assert_close(got, value, rtol=1e-6)
    for W, b, auto_W, auto_b in zip(by_hand.W, by_hand.b, automatic[::2], automatic[1::2], strict=True):
        assert_close(W, auto_W, rtol=1e-3, atol=1e-6)
        assert_close(b, auto_b, rtol=1e-3, atol=1e-6)
    slope = course.grad(lambda t: ops.mean(cross_entropy(y, forward(t, layers).a[-1])))(x)
    assert_close(by_hand.x, slope, rtol=1e-3, atol=1e-6)


def test_equals_kerass_sequential_model():
    x, y, layers = problem()
    model = keras.Sequential(
        [keras.layers.Dense(4, "tanh"), keras.layers.Dense(4, "tanh"), keras.layers.Dense(2)]
    )
    model.build((None, 3))
    model.set_weights([v for layer in layers for v in (layer.W.T, layer.b)])
    assert_close(model(x), forward(x, layers).a[-1], rtol=1e-5)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    _, automatic = course.value_and_grad(lambda: loss(y, model(x)), model.trainable_variables)
    _, by_hand = cost_and_gradients(x, y, layers)
    for l in range(3):
        assert_close(ops.transpose(by_hand.W[l]), automatic[2 * l], rtol=1e-4, atol=1e-6)
        assert_close(by_hand.b[l], automatic[2 * l + 1], rtol=1e-4, atol=1e-6)


def test_squared_cost_and_an_activation_on_top():
    x, _, layers = problem()
    layers = [*layers[:-1], layers[-1]._replace(activation="sigmoid")]
    target = ops.convert_to_tensor(np.random.default_rng(5).uniform(size=(6, 2)).astype("float32"))
    run = forward(x, layers)
    got = backward((run.a[-1] - target) / 6, layers, run)
    slope = course.grad(lambda t: ops.sum((forward(t, layers).a[-1] - target) ** 2) / 12)(x)
    assert_close(got.x, slope, rtol=1e-4, atol=1e-6)


def test_a_step_passes_no_gradient():
    x, y, layers = problem(activation="step")
    _, gradients = cost_and_gradients(x, y, layers)
    assert_close(gradients.W[0], np.zeros((4, 3)), rtol=0, atol=0)
    assert float(ops.max(ops.abs(gradients.W[-1]))) > 0


def test_shapes_are_those_of_what_is_differentiated():
    x, y, layers = problem()
    run = forward(x, layers)
    _, gradients = cost_and_gradients(x, y, layers)
    for l, layer in enumerate(layers):
        assert tuple(gradients.W[l].shape) == layer.W.shape
        assert tuple(gradients.b[l].shape) == layer.b.shape
        assert tuple(gradients.z[l].shape) == tuple(run.z[l].shape)
    assert tuple(gradients.x.shape) == x.shape


def test_network_keeps_the_size_of_z():
    layers = network([200, 300, 10], "relu", seed=1)
    assert [layer.activation for layer in layers] == ["relu", None]
    assert np.std(layers[0].W) * 200**0.5 == pytest.approx(1, rel=0.02)


def test_what_does_not_fit_is_refused():
    x, _, layers = problem()
    with pytest.raises(ValueError, match="layer 1: the input has shape"):
        forward(x[:, :2], layers)
    with pytest.raises(ValueError, match="layer 2"):
        forward(x, [layers[0], layers[1]._replace(W=layers[1].W[:, :3])])
    with pytest.raises(ValueError, match="no activation 'reluu'"):
        network([2, 3], "reluu")
    with pytest.raises(ValueError, match="at least two widths"):
        network([2])
    with pytest.raises(ValueError, match="slope of the cost"):
        backward(np.zeros((6, 3)), layers, forward(x, layers))
