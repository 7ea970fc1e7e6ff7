"""What is frozen, thawed, added or exchanged between two loops or epochs is heeded, and values keep their places."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


class Twins(course.Model):
    """Two layers of equal shapes, which could be taken for one another."""

    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Dense(4, activation="tanh"), layers.Dense(4, activation="tanh")
        self.last = keras.Sequential([layers.Dense(1)])

    def call(self, x):
        return self.last(self.second(self.first(x)))


def twins(rate):
    model = Twins()
    model.compile(keras.optimizers.SGD(rate, momentum=0.5), loss="mse")
    model.fit(X, Y, batch_size=4, verbose=0)
    return model


def numbers(model):
    return {v.path: ops.convert_to_numpy(v).copy() for v in model.variables}


def moved(model, before):
    """The layers whose weights are others than before."""
    now = numbers(model)
    return {path.split("/")[-2] for path in now if (now[path] != before[path]).any()}


FREEZE = [(), ("first",), ("second",), (), ("second", "last"), ("first",)]


@pytest.mark.parametrize("order", ["fit evaluate predict", "predict fit evaluate", "evaluate predict batch"])
def test_at_learning_rate_zero_nothing_moves_whatever_is_frozen(order):
    model = twins(0.0)
    before, error, outputs = (
        numbers(model), model.evaluate(X, Y, verbose=0), model.predict(X, batch_size=4, verbose=0)
    )  # fmt: skip
    for frozen in FREEZE[1:4]:
        for name in ("first", "second", "last"):
            getattr(model, name).trainable = name not in frozen
        for loop in order.split():
            if loop == "fit":
                model.fit(X, Y, batch_size=4, verbose=0, validation_data=(X, Y))
            elif loop == "batch":
                model.train_on_batch(X, Y)
            elif loop == "evaluate":
                np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), error, rtol=1e-5)
            else:
                np.testing.assert_allclose(model.predict(X, batch_size=4, verbose=0), outputs, rtol=1e-5)
            assert not moved(model, before)


def test_what_is_frozen_does_not_move_and_what_is_thawed_does():
    model = twins(0.1)
    names = {"first": model.first.name, "second": model.second.name, "last": model.last.layers[0].name}
    for frozen in FREEZE:
        for name in names:
            getattr(model, name).trainable = name not in frozen
        for loop in (model.train_on_batch, lambda x, y: model.fit(x, y, batch_size=4, verbose=0)):
            before = numbers(model)
            loop(X, Y)
            assert moved(model, before) == {names[name] for name in names if name not in frozen}


def test_a_callback_may_freeze_and_thaw_between_epochs():
    model, heard = twins(0.1), []

    def begin(epoch, logs=None):
        model.first.trainable = epoch != 1
        heard.append(numbers(model))

    def end(epoch, logs=None):
        heard[-1] = model.first.name in moved(model, heard[-1])

    callback = keras.callbacks.LambdaCallback(on_epoch_begin=begin, on_epoch_end=end)
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=[callback], validation_data=(X, Y))
    assert heard == [True, False, True]


def test_an_optimizer_may_be_exchanged():
    model = twins(0.1)
    before = numbers(model)
    model.optimizer = keras.optimizers.Adam(0.0)
    model.fit(X, Y, batch_size=4, verbose=0)
    assert int(model.optimizer.iterations) == 3
    assert not moved(model, before)
    model.optimizer = keras.optimizers.SGD(0.1)
    model.fit(X, Y, batch_size=4, verbose=0)
    assert len(moved(model, before)) == 3


def test_a_layer_may_be_added():
    model = twins(0.1)
    outputs = model.predict(X, verbose=0)
    model.last.add(layers.Dense(1, kernel_initializer=keras.initializers.Constant(2.0)))
    np.testing.assert_allclose(model.predict(X, verbose=0), 2 * outputs, rtol=1e-5)
    model.evaluate(X, Y, verbose=0)
    with pytest.raises(
        ValueError, match="recreate a new optimizer"
    ):  # Keras's: one optimizer, one set of weights
        model.fit(X, Y, verbose=0)
    np.testing.assert_allclose(model.predict(X, verbose=0), 2 * outputs, rtol=1e-5)
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    before = numbers(model)
    model.fit(X, Y, verbose=0)
    assert model.last.layers[1].name in moved(model, before)
