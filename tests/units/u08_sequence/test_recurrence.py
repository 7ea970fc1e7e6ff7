"""Cells, unrolling, gradients through time and by lag, linear recurrences: against Keras, NumPy and loops."""

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.testing import assert_close, check_layer, one_program
from units import u08_sequence as u08

RNG = np.random.default_rng(0)
BATCH, SEQ, FEATURES, UNITS = 3, 4, 2, 3
X = RNG.normal(size=(BATCH, SEQ, FEATURES)).astype("float32")
# right padding, left padding with a hole, and a sample without any step
MASK = np.array([[1, 1, 0, 0], [0, 1, 0, 1], [0, 0, 0, 0]], bool)

PAIRS = {
    "rnn": (u08.RNNCell, keras.layers.SimpleRNNCell, {}),
    "rnn without bias": (u08.RNNCell, keras.layers.SimpleRNNCell, {"use_bias": False, "activation": "relu"}),
    "lstm": (u08.LSTMCell, keras.layers.LSTMCell, {}),
    "gru": (u08.GRUCell, keras.layers.GRUCell, {"reset_after": True}),
    "gru of the paper": (u08.GRUCell, keras.layers.GRUCell, {"reset_after": False}),
    "gru without bias": (u08.GRUCell, keras.layers.GRUCell, {"reset_after": False, "use_bias": False}),
}


def twins(name):
    """Our cell and Keras's with the same random weights."""
    ours, theirs, options = PAIRS[name]
    cells = ours(UNITS, **options), theirs(UNITS, **options)
    for cell in cells:
        cell.build((BATCH, FEATURES))
    assert [v.shape for v in cells[0].weights] == [v.shape for v in cells[1].weights]
    for v, w in zip(*(cell.weights for cell in cells), strict=True):
        v.assign(RNG.normal(size=v.shape).astype("float32"))
        w.assign(v)
    return cells


def outcome(run, variables):
    """Outputs and last state of both kinds of unrolling, with the gradients of a cost by weights and by x."""

    def cost(x):
        y, last = run(x)
        D = np.cos(np.arange(SEQ * UNITS)).reshape(SEQ, UNITS).astype("float32")
        return ops.sum(ops.multiply(y, D)) + ops.sum(last**2), (y, last)

    def everything(x):
        return course.value_and_grad(cost, [x, *variables], has_aux=True)

    return one_program(everything)(ops.convert_to_tensor(X))


@pytest.mark.parametrize("name", PAIRS)
def test_a_cell_equals_kerass_in_outputs_and_gradients(name):
    """Ours by ``unroll``, Keras's by ``keras.layers.RNN``, with masks, a masked sample and all gradients."""
    ours, theirs = twins(name)
    layer = keras.layers.RNN(theirs, return_sequences=True, return_state=True)
    mask = ops.convert_to_tensor(MASK)

    def unrolled(x):
        y, states = u08.unroll(ours, x, mask)
        return y, states[-1]

    def kerass(x):
        y, *states = layer(x, mask=mask)
        return y, states[-1]

    layer.build(X.shape)
    got = outcome(unrolled, ours.trainable_variables)
    wanted = outcome(kerass, theirs.trainable_variables)
    for a, b in zip(keras.tree.flatten(got), keras.tree.flatten(wanted), strict=True):
        assert_close(a, b, rtol=1e-5, atol=1e-5, name=name)


def test_our_cells_run_in_kerass_layers():
    """Stacked and bidirectional networks come from Keras's wrappers."""
    ours, theirs = u08.LSTMCell(UNITS), keras.layers.LSTMCell(UNITS)
    both = [
        keras.layers.Bidirectional(keras.layers.RNN(cell, return_sequences=True)) for cell in (ours, theirs)
    ]
    stacked = [
        keras.layers.RNN([lstm(2), gru(2)])
        for lstm, gru in ((u08.LSTMCell, u08.GRUCell), (keras.layers.LSTMCell, keras.layers.GRUCell))
    ]
    for network, wanted in (both, stacked):
        network.build(X.shape)
        wanted.build(X.shape)
        for v, w in zip(network.weights, wanted.weights, strict=True):
            v.assign(RNG.normal(size=v.shape).astype("float32"))
            w.assign(v)
        both = one_program(lambda x, network=network, wanted=wanted: (network(x), wanted(x)))
        assert_close(*both(ops.convert_to_tensor(X)), rtol=1e-5, atol=1e-5)


def test_a_layer_of_our_cells_is_a_good_layer():
    """One cell with two states stands for all: they share their weights and their config."""
    check_layer(
        lambda units: keras.layers.RNN(u08.LSTMCell(units), name="recurrent"),
        (2, 2, 2),
        init_kwargs={"units": 2},
        expected_output_shape=(2, 2),
        supports_mask="consumes",
        policies=(),
    )


def test_masked_steps_change_nothing():
    """One sample, one step; padding on the right; no true step at all; a state to begin with."""
    cell, _ = twins("lstm")
    start = [np.ones((BATCH, UNITS), "float32"), np.zeros((BATCH, UNITS), "float32")]

    @one_program
    def all_three():
        short = u08.unroll(cell, X[:1, :2], states=[s[:1] for s in start])
        return u08.unroll(cell, X, MASK, start), short, u08.unroll(cell, X[:1, :1])

    (y, states), (short, after), (one, (h, _)) = keras.tree.map_structure(ops.convert_to_numpy, all_three())
    for a, b in zip(states, after, strict=True):
        assert_close(a[:1], b, rtol=1e-6, atol=1e-6)
    assert_close(y[:1, :2], short, rtol=1e-6, atol=1e-6)
    assert_close(y[0, 3], short[0, 1], rtol=1e-6, atol=1e-6)
    assert_close(states[0][2], np.ones(UNITS), rtol=0, atol=0)
    assert_close(y[2], np.zeros((SEQ, UNITS)), rtol=0, atol=0)
    assert_close(one[:, 0], h, rtol=0, atol=0)


def test_the_forget_gate_starts_open():
    cell = u08.LSTMCell(2, forget_bias=3.0)
    cell.build((None, 1))
    assert_close(cell.bias, [0, 0, 3, 3, 0, 0, 0, 0], rtol=0, atol=0)
    again = u08.LSTMCell.from_config(cell.get_config())
    assert again.forget_bias == 3.0


def weights(scale=0.7):
    shapes = (FEATURES, UNITS), (UNITS, UNITS), (UNITS,), (BATCH, UNITS)
    return [(scale * RNG.normal(size=shape)).astype("float32") for shape in shapes]


@pytest.mark.parametrize("steps", [1, SEQ])
def test_backpropagation_by_hand_is_the_gradient(steps):
    W, U, b, h0 = weights()
    x, D = X[:, :steps], RNG.normal(size=(BATCH, steps, UNITS)).astype("float32")

    def by_hand():
        return tuple(u08.backpropagation_through_time(x, u08.hidden_states(x, W, U, b, h0), W, U, D))

    def automatic(*values):
        def cost(W, U, b, h0, x):
            return ops.sum(ops.multiply(ops.stack(u08.hidden_states(x, W, U, b, h0)[1:], axis=1), D))

        return course.grad(cost, argnums=(0, 1, 2, 3, 4))(*values)

    values = [ops.convert_to_tensor(v) for v in (W, U, b, h0, x)]
    for name, a, g in zip(
        u08.Gradients._fields, one_program(by_hand)(), one_program(automatic)(*values), strict=True
    ):
        assert_close(a, g, rtol=1e-4, atol=1e-5, name=name)


def _by_hand(**changed):
    """The gradients of a network whose arguments fit together, but for those that are changed."""
    given = {"x": np.ones((2, 3, 4)), "states": [np.ones((2, 5))] * 4, "W": np.ones((4, 5))}
    given |= {"U": np.ones((5, 5)), "by_states": np.ones((2, 3, 5)), **changed}
    return u08.backpropagation_through_time(**{name: _floats(value) for name, value in given.items()})


def _floats(value):
    if isinstance(value, list):
        return [ops.convert_to_tensor(each.astype("float32")) for each in value]
    return value.astype("float32")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"by_states": np.ones((2, 4, 5))}, r"by_states must have shape \(2, 3, 5\)"),
        ({"by_states": np.ones((1, 3, 5))}, r"by_states must have shape \(2, 3, 5\)"),
        ({"by_states": np.ones((2, 3, 1))}, r"by_states must have shape \(2, 3, 5\)"),
        ({"states": [np.ones((2, 5))] * 5}, "4, not 5"),
        ({"states": [np.ones((2, 5))] * 3}, "4, not 3"),
        ({"states": [np.ones((1, 5))] + [np.ones((2, 5))] * 3}, "h_0 must have shape"),
        (
            {"x": np.ones((2, 0, 4)), "states": [np.ones((2, 5))], "by_states": np.ones((2, 0, 5))},
            "at least one",
        ),
        ({"W": np.ones((5, 4))}, "W must have shape"),
        ({"U": np.ones((5, 1))}, "U must have shape"),
    ],
)
def test_arrays_that_do_not_fit_are_not_broadcast_through_time(changed, message):
    assert tuple(_by_hand().x.shape) == (2, 3, 4)
    with pytest.raises(ValueError, match=message):
        _by_hand(**changed)


@pytest.mark.parametrize("h0", [(5,), (1, 5), (2, 1), (3, 5)])
def test_a_first_state_has_a_row_for_each_sample(h0):
    """Five steps and five units: (units,) would be a column for all steps, and no error."""
    h0, x = np.ones(h0, "float32"), np.ones((2, 5, 5), "float32")
    W = np.eye(5, dtype="float32")
    for call in (
        lambda: u08.linear_recurrence(x, x, h0),
        lambda: u08.linear_recurrence_by_loop(x, x, h0),
        lambda: u08.hidden_states(x, W, W, W[0], h0),
    ):
        with pytest.raises(ValueError, match=r"h0 must have shape \(2, 5\)"):
            call()


def test_gradient_by_lag_of_a_linear_recurrence():
    """h_T depends on x_{T−k} by λ^k: exactly, if W is the identity and U = λ Q."""
    q, _ = np.linalg.qr(RNG.normal(size=(3, 3)))
    x = RNG.normal(size=(2, 5, 3)).astype("float32")
    cell = u08.RNNCell(3, activation=None)
    layer = keras.layers.RNN(cell)
    layer.build(x.shape)
    cell.set_weights([np.eye(3), 0.5 * q, np.zeros(3)])
    exact = np.sqrt(3) * 0.5 ** np.arange(5)
    assert_close(u08.gradient_by_lag(layer, x), exact, rtol=1e-5)
    assert_close(u08.linear_gradient_by_lag(np.eye(3), 0.5 * q, 5), exact, rtol=1e-5)


class Inner(keras.layers.Layer):
    """A recurrent layer inside of one without a ``build``: its first call builds it."""

    def __init__(self):
        super().__init__()
        self.recurrent = keras.layers.RNN(u08.RNNCell(3))

    def call(self, x):
        return self.recurrent(x)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 3)


def test_gradient_by_lag_builds_a_layer_by_a_call():
    layer = Inner()
    sizes = u08.gradient_by_lag(layer, RNG.normal(size=(2, 4, 3)).astype("float32"))
    assert sizes.shape == (4,)
    assert (sizes > 0).all()
    assert layer.recurrent.built


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_the_scan_equals_the_loop_and_numpy(steps):
    a = RNG.uniform(-1, 1, size=(2, steps, 3)).astype("float32")
    u, h0 = RNG.normal(size=(2, steps, 3)).astype("float32"), RNG.normal(size=(2, 3)).astype("float32")
    h, expected = h0.astype("float64"), []
    for t in range(steps):
        h = a[:, t] * h + u[:, t]
        expected.append(h)
    expected = np.stack(expected, axis=1)
    got = one_program(u08.linear_recurrence)(a, u, h0)
    assert_close(got, expected, rtol=1e-5, atol=1e-5)
    assert_close(u08.linear_recurrence_by_loop(a, u, h0), expected, rtol=1e-5, atol=1e-5)


def test_combining_steps_is_associative():
    steps = [(RNG.normal(size=2), RNG.normal(size=2)) for _ in range(3)]
    left = u08.combine(u08.combine(steps[0], steps[1]), steps[2])
    right = u08.combine(steps[0], u08.combine(steps[1], steps[2]))
    assert_close(left[0], right[0], rtol=1e-12)
    assert_close(left[1], right[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: u08.RNNCell(0), "positive integer"),
        (lambda: u08.GRUCell(2).build((None, 5, 3)), "one step"),
        (lambda: u08.RNNCell(2).build((None, None)), "known number of features"),
        (lambda: u08.unroll(u08.RNNCell(2), X[0]), "batch, seq, features"),
        (lambda: u08.unroll(u08.RNNCell(2), X, MASK[:, :2]), "The mask has the shape"),
        (
            lambda: u08.gradient_by_lag(keras.layers.RNN(u08.RNNCell(2), return_sequences=True), X),
            "its last output",
        ),
        (lambda: u08.gradient_by_lag(keras.layers.RNN(u08.RNNCell(2)), X[:0]), "at least one sample"),
        (lambda: u08.linear_recurrence(X, X[:, :1]), "the same axes"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
