"""Recurrent cells: equal to Keras's in outputs and gradients, with masks, and the gradient by lag in closed form."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer
from units.u08_sequence.experiments.gradient_by_lag import FACTOR, LinearCell
from units.u08_sequence.gradient_by_lag import gradient_by_lag
from units.u08_sequence.gru_cell import GRUCell
from units.u08_sequence.lstm_cell import LSTMCell
from units.u08_sequence.rnn_cell import RNNCell

CELLS = [
    (RNNCell, keras.layers.SimpleRNNCell),
    (LSTMCell, keras.layers.LSTMCell),
    (GRUCell, keras.layers.GRUCell),
]
# padding at the end, in the middle and everywhere; a whole row
MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]], bool)


@pytest.mark.parametrize(("ours", "theirs"), CELLS, ids=lambda c: c.__module__.split(".")[0] + c.__name__)
def test_outputs_and_gradients_are_keras(ours, theirs):
    x = np.random.default_rng(0).normal(size=(4, 4, 3)).astype("float32")
    layers = [keras.layers.RNN(cell(5), return_sequences=True) for cell in (ours, theirs)]
    for layer in layers:
        layer.build(x.shape)
    weights = layers[1].get_weights()
    layers[0].set_weights(weights)  # the same shapes in the same order
    assert_close(initial_bias(ours), initial_bias(theirs))  # the forget gate begins with 1
    layers[0].set_weights([w + 0.1 for w in weights])
    layers[1].set_weights([w + 0.1 for w in weights])
    results = []
    for layer in layers:

        def loss(layer=layer):
            return ops.sum(layer(x, mask=MASK) ** 2)

        results.append((layer(x, mask=MASK), *course.value_and_grad(loss, layer.trainable_variables)[1]))
    for mine, other in zip(*results, strict=True):
        assert_close(mine, other, rtol=1e-5, atol=1e-6)
    # one step is the cell itself, also in a batch of one
    first = [layer(x[:1, :1]) for layer in layers]
    assert_close(*first, rtol=1e-5, atol=1e-6)


def initial_bias(cell):
    """The initial bias of a new cell."""
    cell = cell(2)
    cell.build((None, 3))
    return ops.convert_to_numpy(cell.bias)


@pytest.mark.parametrize("cell", [RNNCell, LSTMCell, GRUCell])
def test_cells_are_layers(cell):
    check_layer(
        lambda **options: keras.layers.RNN(cell(3), **options),
        (2, 4, 2),
        expected_output_shape=(2, 3),
        supports_mask="consumes",
        policies=("float32",),
    )
    with pytest.raises(ValueError, match="at least 1"):
        cell(0)


def test_the_gradient_of_a_linear_recurrence_is_a_power():
    x = np.random.default_rng(0).normal(size=(2, 6, 4)).astype("float32")
    found = gradient_by_lag(keras.layers.RNN(LinearCell(4)), x)
    np.testing.assert_allclose(found, 2 * FACTOR ** np.arange(6), rtol=1e-5)  # ‖u‖ = √4


def test_the_gradient_of_the_basic_cell_by_hand():
    layer = keras.layers.RNN(RNNCell(2))
    x = np.random.default_rng(1).normal(size=(1, 3, 2)).astype("float32")
    layer.build(x.shape)
    W, U, b = layer.get_weights()
    h, states = np.zeros(2), []
    for x_t in x[0]:
        h = np.tanh(x_t @ W + h @ U + b)
        states.append(h)
    g, expected = np.array([1.0, -1.0]), []
    for h in states[::-1]:
        before = g * (1 - h**2)
        expected.append(np.linalg.norm(before @ W.T))
        g = before @ U.T
    np.testing.assert_allclose(gradient_by_lag(layer, x), expected, rtol=1e-4)
