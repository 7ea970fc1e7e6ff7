"""Keras's LSTM by TensorFlow's kernel: the numbers of Keras's loop, and only where it may."""

import contextlib

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

if keras.backend.backend() != "tensorflow":
    pytest.skip("only TensorFlow has this kernel", allow_module_level=True)

from course.training.fast import tensorflow as paths
from course.training.fast import tensorflow_recurrent

RNG = np.random.default_rng(3)
X = RNG.normal(size=(12, 5, 3)).astype("float32")
Y = RNG.normal(size=(12, 1)).astype("float32")
TOKENS = RNG.integers(0, 4, (12, 5))


class Reader(course.Model):
    """A recurrent layer, whatever comes out of it, and a number."""

    def __init__(self, make, start=None, embedded=False):
        super().__init__()
        self.embedding = layers.Embedding(4, 3, mask_zero=True) if embedded else layers.Identity()
        self.start = layers.Dense(4) if start else None
        self.recurrent = make()
        self.out = layers.Dense(1)

    def call(self, x, training=False):
        x = self.embedding(x)
        state = None if self.start is None else [self.start(x[:, 0]), ops.tanh(self.start(x[:, 1]))]
        outputs = (
            self.recurrent(x, initial_state=state, training=training)
            if state
            else self.recurrent(x, training=training)
        )
        outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        return self.out(
            sum(
                (i + 1) * ops.reshape(ops.sin(o), (ops.shape(o)[0], -1, 4))[:, 0] * 1.0
                + ops.mean(ops.reshape(o, (ops.shape(o)[0], -1, 4)), 1)
                for i, o in enumerate(outputs)
            )
        )


class Penalized(Reader):
    """A loss with a slope in it: the layer is differentiated twice."""

    def train_step(self, data):
        x, y = data

        def loss():
            slope = course.grad(lambda x: ops.sum(self(x)))(x)
            return ops.mean((self(x) - y) ** 2) + ops.mean(slope**2)

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}


class Bent(Reader):
    """A step that needs the Hessian."""

    def train_step(self, data):
        x, y = data
        variables = self.trainable_variables
        value, gradients = course.value_and_grad(lambda: ops.mean((self(x) - y) ** 2), variables)
        bent = course.hvp(lambda: ops.mean((self(x) - y) ** 2), variables, gradients)
        self.optimizer.apply([g + 0.1 * b for g, b in zip(gradients, bent, strict=True)], variables)
        return {"loss": value}


@pytest.fixture
def ways(monkeypatch):
    """Train with the kernel and with Keras's loop; how often the kernel was asked for.

    The choice between the two is made in Python, while a step runs or is traced. To build the graph of Keras's loop and
    of its gradient takes seconds, so only some cases are compiled and evaluated (``eager=False``).
    """

    def both(make, kind=Reader, x=X, eager=True, **options):
        calls, kernel = [], tensorflow_recurrent._kernel
        with monkeypatch.context() as patch:
            patch.setattr(tensorflow_recurrent, "_kernel", lambda *args: calls.append(args) or kernel(*args))
            got = _trained(make, kind, x, eager, options)
        if not calls:
            return 0  # then both ways are one
        with monkeypatch.context() as patch:
            patch.setattr(paths, "whole_sequences", lambda _: contextlib.nullcontext())
            wanted = _trained(make, kind, x, eager, options)
        for a, b in zip(got, wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
        return len(calls)

    return both


def _trained(make, kind, x, eager, options):
    keras.utils.set_random_seed(8)
    model = kind(make, **options)
    model.compile(keras.optimizers.SGD(0.01), "mse", run_eagerly=eager)
    history = model.fit(x, Y, batch_size=6, epochs=2, shuffle=False, verbose=0).history["loss"]
    evaluated = [] if eager else [np.array(model.evaluate(x, Y, batch_size=6, verbose=0))]
    return [np.array(history), *model.get_weights(), *evaluated]


TAKEN = {
    "last": {},
    "all": {"return_sequences": True},
    "states": {"return_sequences": True, "return_state": True},
    "backwards": {"return_sequences": True, "go_backwards": True, "return_state": True},
    "no bias": {"use_bias": False},
    "dropout": {"dropout": 0.4, "seed": 3},
}
LEFT = {
    "other activation": {"activation": "relu"},
    "other gates": {"recurrent_activation": "hard_sigmoid"},
    "dropout of the state": {"recurrent_dropout": 0.3, "seed": 3},
    "unrolled": {"unroll": True},
    "not wanted": {"use_cudnn": False},
    "double": {"dtype": "float64"},
}


@pytest.mark.parametrize("options", TAKEN.values(), ids=TAKEN)
def test_the_numbers_of_the_loop(ways, options):
    assert ways(lambda: layers.LSTM(4, **options)) > 0


@pytest.mark.parametrize("name", ["states", "dropout"])
def test_the_numbers_of_the_loop_in_a_graph(ways, name):
    assert ways(lambda: layers.LSTM(4, **TAKEN[name]), eager=False) > 0


@pytest.mark.parametrize("options", LEFT.values(), ids=LEFT)
def test_what_the_kernel_does_not_know_is_left_to_the_loop(ways, options):
    assert ways(lambda: layers.LSTM(4, **options)) == 0


def test_states_from_outside_and_both_directions(ways):
    assert ways(lambda: layers.LSTM(4, return_sequences=True), start=True) > 0
    assert ways(lambda: layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="sum")) > 0


def test_a_mask_a_cell_of_ones_own_and_another_layer_are_left_to_the_loop(ways):
    assert ways(lambda: layers.LSTM(4), x=TOKENS, embedded=True) == 0
    assert ways(lambda: layers.RNN(layers.LSTMCell(4))) == 0
    assert ways(lambda: layers.GRU(4)) == 0


def test_second_derivatives(ways):
    """The loss itself may use the kernel, what is differentiated twice or forwards may not."""
    assert ways(lambda: layers.LSTM(4), Penalized) > 0
    assert ways(lambda: layers.LSTM(4), Bent) > 0


def test_the_layer_is_as_it_was_afterwards():
    model = Reader(lambda: layers.LSTM(4))
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert "inner_loop" not in vars(model.recurrent)
    assert model.recurrent.supports_jit
