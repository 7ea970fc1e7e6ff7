"""Windows with separate weights against Keras's convolution, and the network of MNIST-1D."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer, one_program
from course.training.rules.shapes_only import shapes_only
from units.u05_convolution import LocallyConnected1D, signal_network

# length, channels, kernel, stride, padding
SIZES = [(9, 1, 3, 1, "valid"), (8, 2, 1, 2, "valid"), (10, 2, 3, 2, "same"), (7, 3, 5, 3, "same")]


def test_equal_kernels_make_a_convolution_and_the_gradient_is_the_sum():
    """All sizes are one compiled function: on JAX every operation of every shape would be compiled by itself."""
    rng, pairs = np.random.default_rng(0), []
    for length, channels, k, strides, padding in SIZES:
        x = rng.normal(size=(3, length, channels)).astype("float32")
        shared = keras.layers.Conv1D(4, k, strides=strides, padding=padding, activation="tanh")
        separate = LocallyConnected1D(4, k, strides=strides, padding=padding, activation="tanh")
        kernel, bias = rng.normal(size=(k, channels, 4)), rng.normal(size=4)
        for layer in (shared, separate):
            layer.build(x.shape)
        shared.set_weights([kernel, bias])
        positions = separate.kernel.shape[0]
        separate.set_weights([np.repeat(each[None], positions, axis=0) for each in (kernel, bias)])
        pairs.append((x, shared, separate))

    def output_and_gradients(x, layer):
        def cost():
            z = layer(x)
            return ops.sum(z**2), z

        (_, z), gradients = course.value_and_grad(cost, layer.trainable_variables, has_aux=True)
        return z, *gradients

    everything = one_program(lambda: [[output_and_gradients(x, one) for one in two] for x, *two in pairs])
    for size, (x, _, layer), (of_shared, of_separate) in zip(SIZES, pairs, everything(), strict=True):
        (z, *summed), (z_separate, *each) = of_shared, of_separate
        assert tuple(z.shape) == tuple(z_separate.shape) == layer.compute_output_shape(x.shape)
        assert_close(z_separate, z, rtol=1e-5, atol=1e-5, name=str(size))
        for one, by_position in zip(summed, each, strict=True):
            added = ops.convert_to_numpy(by_position).sum(axis=0)
            assert_close(added, one, rtol=1e-4, atol=1e-4, name=f"{size}: gradient")


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
    with shapes_only():
        x = keras.KerasTensor((2, 40), "float32")
        shared, separate = signal_network(), signal_network(LocallyConnected1D, dropout=0.1)
        assert shared(x).shape == separate(x).shape == (2, 10)
    # 5·25 + 25, twice 3·25·25 + 25, and 5·25·10 + 10 for the logits
    assert shared.count_params() == 150 + 2 * 1900 + 1260 == 5210
    # each of 20, 10 and 5 positions has the weights of the shared kernel
    assert separate.count_params() == 20 * 150 + (10 + 5) * 1900 + 1260
