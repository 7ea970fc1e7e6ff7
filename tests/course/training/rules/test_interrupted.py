"""Whatever raises inside a loop, the model is as it was before that batch, and the next loop works."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
Y = X[:, :1]
WRONG = np.zeros((12, 5), "float32")


class Net(course.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])

    def call(self, x, training=False):
        return self.net(x, training=training)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = Net()
    model.compile("adam", loss="mse", metrics=["mae"])
    model.fit(X, Y, batch_size=4, verbose=0)
    return model


def numbers(model):
    return [ops.convert_to_numpy(v).copy() for v in (*model.variables, *model.optimizer.variables)]


def works(model):
    """Every loop does, and trains."""
    steps = int(model.optimizer.iterations)
    for verbose in (0, 2):
        model.fit(X, Y, batch_size=4, verbose=verbose, validation_data=(X, Y))
    model.train_on_batch(X, Y)
    model.test_on_batch(X, Y)
    assert int(model.optimizer.iterations) == steps + 7
    np.testing.assert_allclose(model.predict_on_batch(X), model.predict(X, verbose=0), rtol=1e-4, atol=1e-6)


def stops(moment):
    def stop(batch, logs=None):
        raise KeyboardInterrupt

    return keras.callbacks.LambdaCallback(**{moment: stop})


def breaks_off(with_targets):
    for i in range(2):
        yield (X[i : i + 4], Y[i : i + 4]) if with_targets else (X[i : i + 4],)
    raise RuntimeError("the source is broken")


# What fails, and how many steps it trains before that.
FAILURES = {
    "predict": (lambda m: m.predict(WRONG, verbose=0), 0),
    "fit": (lambda m: m.fit(WRONG, Y, verbose=0), 0),
    "fit, heard": (lambda m: m.fit(WRONG, Y, verbose=2), 0),
    "evaluate": (lambda m: m.evaluate(WRONG, Y, verbose=0), 0),
    "validation": (lambda m: m.fit(X, Y, batch_size=4, validation_data=(WRONG, Y), verbose=0), 3),
    "train_on_batch": (lambda m: m.train_on_batch(WRONG, Y), 0),
    "test_on_batch": (lambda m: m.test_on_batch(WRONG, Y), 0),
    "predict_on_batch": (lambda m: m.predict_on_batch(WRONG), 0),
    "callback": (lambda m: m.fit(X, Y, batch_size=4, verbose=0, callbacks=[stops("on_train_batch_end")]), 1),
    "callback before": (
        lambda m: m.fit(X, Y, batch_size=4, verbose=0, callbacks=[stops("on_train_batch_begin")]), 0
    ),
    "callback of evaluate": (lambda m: m.evaluate(X, Y, verbose=0, callbacks=[stops("on_test_batch_end")]), 0),
    "callback of predict": (lambda m: m.predict(X, verbose=0, callbacks=[stops("on_predict_batch_end")]), 0),
    "callback of validation": (
        lambda m: m.fit(
            X, Y, batch_size=4, validation_data=(X, Y), verbose=0, callbacks=[stops("on_test_batch_end")]
        ), 3
    ),
    "source of fit": (lambda m: m.fit(breaks_off(True), shuffle=False, verbose=0), 2),
    "source of evaluate": (lambda m: m.evaluate(breaks_off(True), verbose=0), 0),
    "source of predict": (lambda m: m.predict(breaks_off(False), verbose=0), 0),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES)
def test_the_model_is_as_before_the_batch(model, failure):
    fails, steps = FAILURES[failure]
    before, count = numbers(model), int(model.optimizer.iterations)
    with pytest.raises((Exception, KeyboardInterrupt)):
        fails(model)
    assert int(model.optimizer.iterations) == count + steps
    if not steps:
        for a, b in zip(numbers(model), before, strict=True):
            np.testing.assert_array_equal(a, b)
    works(model)
