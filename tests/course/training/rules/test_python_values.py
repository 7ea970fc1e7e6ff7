"""Plain Python values that a step reads: alike on three backends, captured, compiled or as written."""

import dataclasses
import itertools

import keras
import numpy as np
import pytest
from keras import ops

import course
from course.training.rules.python_values import _said, _tensors, frozen

X = np.ones((12, 2), "float32")


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Capture early on torch."""
    if keras.backend.backend() == "torch":
        monkeypatch.setattr("course.training.fast.torch_graph.WARM_UP", 4)


class Annealed(course.Model):
    """Reports the values that its step read."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)
        self.drop = keras.layers.Dropout(0.5, seed=1)
        self.beta = 0.0
        self.options = {"scale": 1.0}
        self.unread = 0
        self.traced = _Traces()

    def train_step(self, x):
        self.traced.count += 1
        loss, gradients = course.value_and_grad(
            lambda: ops.mean(self.dense(self.drop(x, training=True)) ** 2), self.trainable_variables
        ) if self.dense.trainable else (ops.mean(self.dense(x) ** 2), [])  # fmt: skip
        if gradients:
            self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss, "beta": ops.array(self.beta), "scale": ops.array(self.options["scale"])}


class _Traces:
    """How often Python ran; not an attribute that a step may depend on."""

    count = 0


def annealed(eagerly=False):
    model = Annealed()
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=eagerly)
    return model


class At(keras.callbacks.Callback):
    """Calls ``change(model, number)`` at one of Keras's moments."""

    def __init__(self, moment, change):
        super().__init__()
        self.number = 0

        def hook(index, logs=None):
            change(self.model, self.number)
            self.number += 1

        setattr(self, moment, hook)


@pytest.mark.filterwarnings("ignore:The step was compiled")
@pytest.mark.parametrize("eagerly", [False, True])
def test_a_value_that_is_set_at_the_beginning_of_an_epoch(eagerly):
    model = annealed(eagerly)

    def change(model, epoch):
        model.beta = float(epoch)
        model.options["scale"] = 2.0 * epoch

    history = model.fit(
        X, epochs=6, batch_size=4, verbose=0, callbacks=[At("on_epoch_begin", change)]
    ).history
    assert history["beta"] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert history["scale"] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_a_value_that_is_set_between_batches():
    model, seen = annealed(), []
    change = At("on_train_batch_begin", lambda model, n: setattr(model, "beta", float(n // 3)))
    look = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(float(logs["beta"]))
    )
    model.fit(X, epochs=3, batch_size=4, verbose=0, callbacks=[change, look], shuffle=False)
    assert seen == [0.0] * 3 + [1.0] * 3 + [2.0] * 3


def test_a_value_that_is_set_between_calls():
    model = annealed()
    seen = []
    for beta in (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0):
        model.beta = beta
        seen.append(float(model.train_on_batch(X, return_dict=True)["beta"]))
    assert seen == [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]


def test_the_rate_of_a_layer():
    model = annealed()
    for _ in range(6):
        model.train_on_batch(X)
    model.drop.rate, bias = 0.999999, float(model.dense.bias.numpy()[0])  # nothing is left but the bias
    assert float(model.train_on_batch(X, return_dict=True)["loss"]) == pytest.approx(bias**2, rel=1e-5)


def test_a_layer_that_is_frozen_between_batches():
    model, kernels = annealed(), []

    def freeze(model, n):
        kernels.append(ops.convert_to_numpy(model.dense.kernel).copy())
        model.dense.trainable = n < 5

    model.fit(X, epochs=3, batch_size=4, verbose=0, callbacks=[At("on_train_batch_begin", freeze)])
    still = [bool((a == b).all()) for a, b in itertools.pairwise(kernels)]
    assert still == [False] * 5 + [True] * 3


def test_what_no_step_reads_compiles_nothing():
    model = annealed()
    model.fit(X, batch_size=4, verbose=0)
    made = model.traced.count
    model.fit(
        X, epochs=3, batch_size=4, verbose=0,
        callbacks=[At("on_train_batch_begin", lambda model, n: setattr(model, "unread", n))],
    )  # fmt: skip
    assert len(model._parts.value.siblings) == 1
    if keras.backend.backend() != "torch":  # there a step runs as written until it is captured
        assert model.traced.count == made


def test_a_value_that_changes_often_is_named_once():
    model = annealed()
    change = At("on_epoch_begin", lambda model, n: setattr(model, "beta", float(n)))
    with pytest.warns(
        UserWarning, match=r"compiled 4 times, because self.beta changes.*add_weight"
    ) as caught:
        model.fit(X, epochs=10, batch_size=12, verbose=0, callbacks=[change])
    assert len([w for w in caught if "compiled" in str(w.message)]) == 1
    assert len(model._parts.value.siblings) <= 8


class Predicting(course.Model):
    """Its predictions read what no other step reads."""

    def __init__(self):
        super().__init__()
        self.temperature, self._shift = 1.0, 0.0

    def call(self, x):
        return ops.zeros_like(x)

    def predict_step(self, data):
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return self(x) + self.temperature + self._shift


def test_a_value_that_only_predictions_read():
    model, seen = Predicting(), []
    for model.temperature, model._shift in ((1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 0.0)):
        seen.append(float(model.predict(X, batch_size=4, verbose=0)[0, 0]))
        seen.append(float(model.predict_on_batch(X[:4])[0, 0]))
    assert seen == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 1.0, 1.0]


class Private(keras.layers.Layer):
    """A layer with a private value."""

    def __init__(self):
        super().__init__()
        self._scale = 0.0

    def call(self, x):
        return x + self._scale


@dataclasses.dataclass
class Settings:
    """A value that lies deeper."""

    value: float = 0.0


@dataclasses.dataclass(slots=True)
class Slots:
    """A value where there is no ``vars``, beside a part that leads back to the whole."""

    value: float = 0.0
    whole: object = None


class Holding(course.Model):
    """Reports the sum of what it holds in many ways; each digit is one of them."""

    def __init__(self):
        super().__init__()
        self.layer = Private()
        self.metric = keras.metrics.BinaryAccuracy(threshold=0.0)
        self._beta = 0.0
        self.nested = {"loss": {"beta": 0.0}}
        self.array, self.large = np.zeros(2), [0.0] * 100
        self.settings, self.function, self.flag = Settings(), lambda: 0.0, 0
        self.slots, self.objects = Slots(), np.array([[0.0], None], object)
        self.slots.whole = [self.slots]

    @property
    def beta(self):
        return self._beta

    def train_step(self, x):
        held = [
            self.layer(ops.zeros(())), self.metric.threshold, self.beta, self.nested["loss"]["beta"], self.array[1],
            self.large[-1], self.settings.value, self.function(), 1.0 if self.flag is True else 0.0,
            self.slots.value, self.objects[0][0],
        ]  # fmt: skip
        return {"held": ops.sum(ops.stack([ops.cast(v, "float32") * 2.0**i for i, v in enumerate(held)]))}


CHANGES = [
    lambda m, v: setattr(m.layer, "_scale", v),
    lambda m, v: setattr(m.metric, "threshold", v),
    lambda m, v: setattr(m, "_beta", v),
    lambda m, v: m.nested["loss"].update({"beta": v}),
    lambda m, v: m.array.__setitem__(1, v),
    lambda m, v: setattr(m, "large", [v] * 100),
    lambda m, v: setattr(m.settings, "value", v),
    lambda m, v: setattr(m, "function", lambda: v),
    lambda m, v: setattr(m, "flag", v == 1.0),
    lambda m, v: setattr(m.slots, "value", v),
    lambda m, v: m.objects[0].__setitem__(0, v),
]


@pytest.mark.filterwarnings("ignore:The step was compiled")
def test_values_wherever_they_are_held():
    model = Holding()
    model.compile(steps_per_execution=2)  # on torch too everything is captured at once
    change = At("on_epoch_begin", lambda model, n: n and CHANGES[n - 1](model, 1.0))
    times = len(CHANGES) + 1
    seen = model.fit(X, epochs=times, batch_size=4, verbose=0, callbacks=[change]).history["held"]
    assert seen == [2.0**n - 1 for n in range(times)]


@pytest.mark.backend_independent
def test_what_is_the_same_value():
    """Equal values are equal wherever they lie in memory, and what holds itself ends."""
    slots = Slots(1.0)
    slots.whole = [slots]
    array = np.array([None], object)
    array[0] = array
    for value in (slots, array):
        assert frozen(value) == frozen(value)
        assert _tensors(value) == []
    assert frozen(Slots(1.0)) == frozen(Slots(1.0)) != frozen(Slots(2.0))
    assert frozen(np.array([1.5, None], object)) == frozen(np.array([3 / 2, None], object))
    assert frozen(np.zeros(1, [("a", "f4")])) != frozen(np.zeros(1, [("b", "f4")]))
    said = _said(slots)
    slots.value = 2.0
    assert said().startswith("Slots(value=1.0, whole=[")
