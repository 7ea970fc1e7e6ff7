"""A loss as a function of the values of its variables."""

import keras
import numpy as np
import pytest
from keras import ops

import course


def numbers(x):
    return ops.convert_to_numpy(x)


@pytest.fixture
def network():
    layer = keras.layers.Dense(2, activation="tanh")
    layer.build((None, 3))
    return layer


@pytest.fixture
def loss(network):
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    return lambda: ops.sum(network(x) ** 2)


def test_it_is_the_loss_at_other_parameters_and_assigns_nothing(network, loss):
    before = network.get_weights()
    other = [w + 0.5 for w in before]
    got = float(numbers(course.pure(loss, network.trainable_variables)(*other)))
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    network.set_weights(other)
    assert got == pytest.approx(float(numbers(loss())), rel=1e-6)


def test_its_values_may_be_those_of_the_variables_or_the_variables_themselves(network, loss):
    """On TensorFlow, ``convert_to_tensor`` of a variable is the variable: to read it must not ask for itself."""
    function, variables = course.pure(loss, network.trainable_variables), network.trainable_variables
    for values in (variables, [ops.convert_to_tensor(v) for v in variables], [v.value for v in variables]):
        assert float(numbers(function(*values))) == pytest.approx(float(numbers(loss())), rel=1e-6)


def test_its_derivatives_are_those_with_respect_to_the_variables(network, loss):
    variables = network.trainable_variables
    values = [v.value for v in variables]
    f = course.pure(loss, variables)
    _, expected = course.value_and_grad(loss, variables)
    for got, gradient in zip(course.grad(f, (0, 1))(*values), expected, strict=True):
        np.testing.assert_allclose(numbers(got), numbers(gradient), rtol=1e-6)
    direction = [ops.ones_like(v) for v in values]
    for got, product in zip(
        course.hvp(f, values, direction), course.hvp(loss, variables, direction), strict=True
    ):
        np.testing.assert_allclose(numbers(got), numbers(product), rtol=1e-5, atol=1e-6)


def test_it_may_be_differentiated_in_a_loop_that_is_compiled(network, loss):
    """Three steps of gradient descent, without a variable being assigned, inside a step of fit."""

    class Trial(course.Model):
        def __init__(self):
            super().__init__()
            self.network = network

        def call(self, x):
            return self.network(x)

        def train_step(self, x):
            variables = self.network.trainable_variables
            f = course.pure(lambda: ops.sum(self(x) ** 2), variables)

            def body(i, *theta):
                gradients = course.grad(f, (0, 1))(*theta)
                return i + 1, *(t - 0.1 * g for t, g in zip(theta, gradients, strict=True))

            if course.is_tracing():
                return {"lower": f(*[v.value for v in variables])}
            start = ops.convert_to_tensor(0, "int32")
            _, *theta = ops.while_loop(lambda i, *_: i < 3, body, (start, *[v.value for v in variables]))
            return {"lower": f(*theta), "loss": f(*[v.value for v in variables])}

    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    model = Trial()
    model.compile()
    history = model.fit(x, batch_size=5, epochs=1, verbose=0).history
    assert history["loss"][0] == pytest.approx(float(numbers(loss())), rel=1e-5)
    for _ in range(3):
        _, gradients = course.value_and_grad(loss, network.trainable_variables)
        for v, g in zip(network.trainable_variables, gradients, strict=True):
            v.assign(v - 0.1 * g)
    assert history["lower"][0] == pytest.approx(float(numbers(loss())), rel=1e-5)


def test_a_function_that_assigns_is_refused():
    count = keras.Variable(0.0, name="count")
    w = keras.Variable([1.0])

    def f():
        count.assign(count + 1)
        return ops.sum(w**2) + count

    with pytest.raises(ValueError, match="assigns count"):
        course.pure(f, [w])(np.ones(1, "float32"))
    assert numbers(count.value) == 0


def test_dropout_is_refused():
    layer = keras.layers.Dropout(0.5, seed=1)
    w = keras.Variable(np.ones(4, "float32"))
    with pytest.raises(ValueError, match="dropout"):
        course.pure(lambda: ops.sum(layer(w.value, training=True)), [w])(np.ones(4, "float32"))


def test_it_takes_a_list_and_one_value_for_each():
    w = keras.Variable([1.0])
    with pytest.raises(TypeError, match=r"write \[variable\]"):
        course.pure(lambda: w.value, w)
    with pytest.raises(ValueError, match="zip"):
        course.pure(lambda: ops.sum(w.value), [w])()
