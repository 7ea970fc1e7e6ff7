"""A student's mistake in a step is one clear sentence, the same on every backend."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers, ops

import course

X = np.zeros((8, 2), "float32")


class Base(course.Model):
    """Something to train."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)
        self.idle = layers.Dense(1)
        self.idle.build((None, 2))

    def call(self, x):
        return self.dense(x)

    def square(self, x):
        return ops.mean(self.dense(x) ** 2)


class NoDict(Base):
    def train_step(self, data):
        return self.square(data)


class NewOptimizer(Base):
    def train_step(self, data):
        loss, gradients = course.value_and_grad(lambda: self.square(data), self.dense.trainable_variables)
        keras.optimizers.SGD(0.1).apply(gradients, self.dense.trainable_variables)
        return {"loss": loss}


class NewVariable(Base):
    def train_step(self, data):
        stray = keras.Variable(initializer="zeros", shape=(), name="stray")
        return {"loss": self.square(data) + stray}


class NewLayer(Base):
    def train_step(self, data):
        return {"loss": ops.mean(layers.Dense(3)(data))}


class Unconnected(Base):
    def train_step(self, data):
        loss, gradients = course.value_and_grad(lambda: self.square(data), self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": loss}


class NotScalar(Base):
    def train_step(self, data):
        loss, _ = course.value_and_grad(lambda: self.dense(data) ** 2, self.dense.trainable_variables)
        return {"loss": loss}


class OwnBug(Base):
    def train_step(self, data):
        return {"loss": self.no_such_thing(data)}


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (NoDict, ValueError, r"NoDict.train_step must return a dict"),
        (NewOptimizer, ValueError, r"NewOptimizer.train_step creates .*__init__"),
        (NewVariable, ValueError, r"NewVariable.train_step creates stray.*__init__"),
        (NewLayer, ValueError, r"NewLayer.train_step creates .*kernel.*__init__"),
        (Unconnected, ValueError, r"does not depend on .*kernel"),
        (NotScalar, ValueError, r"must be a scalar, but has shape \(8, 1\)"),
        (OwnBug, AttributeError, r"no_such_thing"),
    ],
)
def test_mistakes_in_a_step(model, error, message):
    m = model()
    m.compile("sgd")
    with pytest.raises(error, match=message):
        m.fit(X, batch_size=8, verbose=0)


def test_a_functional_course_model_is_refused():
    inputs = keras.Input((2,))
    with pytest.raises(TypeError, match="subclassing"):
        course.Model(inputs, layers.Dense(1)(inputs))


def test_names_that_keras_keeps_are_refused():
    with pytest.raises(TypeError, match=r"Shadow.loss: .* choose another"):

        class Shadow(course.Model):
            def loss(self, x):
                return x


def test_the_missing_optimizer_is_named():
    class Own(Base):
        def __init__(self):
            super().__init__()
            self.mine = keras.optimizers.SGD(0.1, name="mine")

        def train_step(self, data):
            loss, gradients = course.value_and_grad(lambda: self.square(data), self.dense.trainable_variables)
            self.optimizer.apply(gradients, self.dense.trainable_variables)
            return {"loss": loss}

    model = Own()
    model.compile()
    with pytest.raises(ValueError, match=r"brings its own \(mine\)"):
        model.fit(X, batch_size=8, verbose=0)


def test_a_missing_backend_is_named():
    """KERAS_BACKEND names a backend that is not there: one sentence with the command that mends it."""
    code = (
        "import importlib.util as u, os; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'torch' else find(name, *a)\n"
        "os.environ['KERAS_BACKEND'] = 'torch'\n"
        "import course\n"
        "try: course.Model\n"
        "except course.CourseError as e: print(e)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert "KERAS_BACKEND=torch, but torch is not installed" in out.stdout, out.stderr
    assert "pip install" in out.stdout
