"""An optimizer is found, trained, saved and restored wherever a model keeps it."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import course
from course.training.trainers.optimizers import OptimizerGroup

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")


class Trained(course.Model):
    """One layer, trained by the optimizer that ``mine`` finds."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)

    def mine(self):
        raise NotImplementedError

    def train_step(self, x):
        value, gradients = course.value_and_grad(
            lambda: ops.mean(self(x) ** 2), self.dense.trainable_variables
        )
        self.mine().apply(gradients, self.dense.trainable_variables)
        return {"error": value}


@keras.saving.register_keras_serializable("medl-optimizers")
class Private(Trained):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._rule = keras.optimizers.Adam(0.1)

    def mine(self):
        return self._rule


@keras.saving.register_keras_serializable("medl-optimizers")
class Nested(Trained):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rules = {"first": [("slow", (keras.optimizers.Adam(0.1),))]}

    def mine(self):
        return self.rules["first"][0][1][0]


@keras.saving.register_keras_serializable("medl-optimizers")
class Learner(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._rule = keras.optimizers.Adam(0.1)


@keras.saving.register_keras_serializable("medl-optimizers")
class InALayer(Trained):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.learner = Learner()

    def mine(self):
        return self.learner._rule


@keras.saving.register_keras_serializable("medl-optimizers")
class InAModel(Trained):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.Sequential([layers.Dense(2)])
        self.inner.compile(keras.optimizers.Adam(0.1))

    def mine(self):
        return self.inner.optimizer


@keras.saving.register_keras_serializable("medl-optimizers")
class OwnCompile(Trained):
    def compile(self, rule, scale=1.0):
        super().compile()
        self.rule, self.scale = rule, scale

    def mine(self):
        return self.rule


@keras.saving.register_keras_serializable("medl-optimizers")
class SetLater(Trained):
    def mine(self):
        return self.rule


@keras.saving.register_keras_serializable("medl-optimizers")
class Exchanged(Trained):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.rules = [keras.optimizers.SGD(0.1)]

    def mine(self):
        return self.rules[0]


def made(kind):
    model = kind()
    if kind is OwnCompile:
        model.compile(keras.optimizers.Adam(0.1), scale=2.0)
    elif kind is InAModel:
        model.compile(keras.optimizers.SGD(0.1))
    else:
        model.compile()
    if kind is SetLater:
        model.rule = keras.optimizers.Adam(0.1)
    if kind is Exchanged:
        model.rules = [keras.optimizers.Adam(0.1)]
    return model


@pytest.mark.parametrize("kind", [Private, Nested, InALayer, InAModel, OwnCompile, SetLater, Exchanged])
def test_found_trained_saved_and_restored(kind, tmp_path):
    model = made(kind)
    for _ in range(2):
        model.fit(X, batch_size=8, verbose=0)
    rule = model.mine()
    assert isinstance(model.optimizer, OptimizerGroup)
    assert any(o is rule for o in model.optimizers)
    assert int(rule.iterations) == 2
    assert len(rule.variables) == 6  # rate and count, two moments of two weights
    assert np.abs(rule.variables[2].numpy()).max() > 0

    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.mine() is not rule
    for m in (model, loaded):
        m.fit(X, batch_size=8, verbose=0)
    assert int(loaded.mine().iterations) == 3
    for a, b in zip(
        (*model.variables, *rule.variables), (*loaded.variables, *loaded.mine().variables), strict=True
    ):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-7, err_msg=a.path)
    if kind is OwnCompile:
        assert loaded.scale == 2.0


def test_an_optimizer_is_exchanged_between_two_fits():
    model = made(SetLater)
    model.fit(X, batch_size=8, verbose=0)
    first, model.rule = model.rule, keras.optimizers.SGD(0.1)
    model.fit(X, batch_size=8, verbose=0)
    assert (int(first.iterations), int(model.rule.iterations)) == (1, 1)
    assert first not in model.optimizers


def test_what_cannot_be_saved_is_said(tmp_path):
    model = OwnCompile()
    model.compile(keras.optimizers.Adam(0.1), scale=object())
    model.fit(X, batch_size=8, verbose=0)
    with pytest.warns(
        UserWarning, match=r"OwnCompile.compile was given something that cannot be saved.*compile\(\)"
    ):
        model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)
