"""Windows with separate weights against Keras's convolution, and the network of MNIST-1D."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer
from units.u05_convolution import LocallyConnected1D, signal_network

SIZES = [(9, 1, 3, 1, "valid"), (8, 2, 1, 2, "valid"), (10, 2, 3, 2, "same"), (7, 3, 5, 3, "same")]


@pytest.mark.parametrize(("length", "channels", "k", "strides", "padding"), SIZES)
def test_equal_kernels_make_a_convolution_and_the_gradient_is_the_sum(length, channels, k, strides, padding):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, length, channels)).astype("float32")
    shared = keras.layers.Conv1D(4, k, strides=strides, padding=padding, activation="tanh")
    separate = LocallyConnected1D(4, k, strides=strides, padding=padding, activation="tanh")
    assert tuple(shared(x).shape) == tuple(separate(x).shape) == separate.compute_output_shape(x.shape)
    kernel, bias = rng.normal(size=(k, channels, 4)), rng.normal(size=4)
    shared.set_weights([kernel, bias])
    positions = separate.kernel.shape[0]
    separate.set_weights([np.repeat(each[None], positions, axis=0) for each in (kernel, bias)])
    assert_close(separate(x), shared(x), rtol=1e-5, atol=1e-5)
    of_shared, of_separate = (
        course.value_and_grad(lambda layer=layer: ops.sum(layer(x) ** 2), layer.trainable_variables)[1]
        for layer in (shared, separate)
    )
    for one, each in zip(of_shared, of_separate, strict=True):
        assert_close(ops.sum(each, axis=0), one, rtol=1e-4, atol=1e-4)


def test_is_a_layer_as_keras_wants_it():
    check_layer(
        LocallyConnected1D,
        (2, 7, 2),
        init_kwargs={"filters": 3, "kernel_size": 3, "strides": 2, "padding": "same"},
        expected_output_shape=(2, 4, 3),
    )


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "filters must be a positive integer, not 0"),
        ((2, 2.5), "kernel_size must be a positive integer, not 2.5"),
        ((2, 3, True), "strides must be a positive integer, not True"),
        ((2, 3, 1, "causal"), 'padding must be "valid" or "same"'),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        LocallyConnected1D(*arguments)


def test_a_window_has_to_fit():
    with pytest.raises(ValueError, match="covers 5 positions does not fit into an input of size 4"):
        LocallyConnected1D(2, 5)(np.zeros((1, 4, 1), "float32"))
    with pytest.raises(ValueError, match="the length of the signal has to be known"):
        LocallyConnected1D(2, 5)(keras.Input((None, 1)))


def test_the_network_has_as_many_parameters_as_that_of_the_authors():
    x = np.zeros((2, 40), "float32")
    shared, separate = signal_network(), signal_network(LocallyConnected1D, dropout=0.1)
    assert shared(x).shape == separate(x).shape == (2, 10)
    # 5·25 + 25, twice 3·25·25 + 25, and 5·25·10 + 10 for the logits
    assert shared.count_params() == 150 + 2 * 1900 + 1260 == 5210
    # each of 20, 10 and 5 positions has the weights of the shared kernel
    assert separate.count_params() == 20 * 150 + (10 + 5) * 1900 + 1260
