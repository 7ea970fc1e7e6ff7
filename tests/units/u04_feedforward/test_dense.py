"""Our fully connected layer against NumPy and against Keras's."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer
from units.u04_feedforward.dense import Dense


def test_is_a_good_layer():
    check_layer(
        Dense,
        (4, 5, 3),
        init_kwargs={"units": 2, "activation": "tanh"},
        expected_output_shape=(4, 5, 2),
        supports_mask=True,
    )


def test_equals_the_equation():
    rng = np.random.default_rng(0)
    layer = Dense(4, activation="tanh")
    a = rng.normal(size=(5, 3)).astype("float32")
    layer.build(a.shape)
    layer.b.assign(rng.normal(size=4))
    W, b = (ops.convert_to_numpy(v).astype("float64") for v in (layer.W, layer.b))
    assert W.shape == (4, 3)
    # one sample at a time, z = W a + b
    expected = np.stack([np.tanh(W @ row + b) for row in a])
    assert_close(layer(a), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(5, 3), (2, 4, 3)])
def test_equals_kerass_layer_forwards_and_backwards(shape):
    rng = np.random.default_rng(1)
    a = ops.convert_to_tensor(rng.normal(size=shape).astype("float32"))
    theirs, ours = keras.layers.Dense(4, "relu"), Dense(4, "relu")
    theirs.build(shape)
    ours.build(shape)
    bias = rng.normal(size=4).astype("float32")
    theirs.bias.assign(bias)
    ours.set_kernel(theirs.kernel, bias)
    assert_close(ours(a), theirs(a))
    assert_close(ours.kernel, theirs.kernel, rtol=0, atol=0)
    gradients = [
        course.value_and_grad(lambda layer=layer: ops.sum(layer(a) ** 2), layer.trainable_variables)[1]
        for layer in (ours, theirs)
    ]
    assert_close(ops.transpose(gradients[0][0]), gradients[1][0], rtol=1e-4, atol=1e-5, name="∂/∂W")
    assert_close(gradients[0][1], gradients[1][1], rtol=1e-4, atol=1e-5, name="∂/∂b")


def test_initial_weights_are_kerass_for_the_same_seed():
    # fan-in and fan-out are told apart: He scales by the fan-in alone
    make = lambda: keras.initializers.HeNormal(seed=7)  # noqa: E731
    ours, theirs = Dense(50, initializer=make()), keras.layers.Dense(50, kernel_initializer=make())
    ours.build((1, 8))
    theirs.build((1, 8))
    assert_close(ours.kernel, theirs.kernel, rtol=0, atol=0)


def test_regularizer_and_constraint_are_those_of_W():
    layer = Dense(
        2, regularizer=keras.regularizers.L2(0.5), constraint=keras.constraints.MaxNorm(1.0, axis=1)
    )
    layer.build((1, 3))
    layer.W.assign(np.arange(6.0).reshape(2, 3))
    assert_close(layer.losses[0], 0.5 * 55)
    norms = np.linalg.norm(ops.convert_to_numpy(layer.W.constraint(layer.W)), axis=1)
    np.testing.assert_allclose(norms, 1, rtol=1e-5)  # one norm for each unit


@pytest.mark.parametrize("units", [0, -1, 2.0, "3", True])
def test_units_must_be_a_positive_integer(units):
    with pytest.raises(ValueError, match="positive whole number"):
        Dense(units)


def test_the_number_of_features_must_be_known():
    with pytest.raises(ValueError, match="known number of features"):
        Dense(2).build((None, None))
    with pytest.raises(ValueError, match="known number of features"):
        Dense(2).build((3,))
