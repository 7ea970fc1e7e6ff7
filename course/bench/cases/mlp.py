"""A network of two hidden layers on inputs of the size of MNIST, as in unit 2 and 4."""

import keras
from keras import layers

import course
from course.bench.case import ADAM, Case


def data(rng, n):
    """Inputs (n, 784), labels (n,) given by a random linear rule."""
    x = rng.random((n, 784), dtype="float32")
    y = (x @ rng.normal(size=(784, 10))).argmax(-1).astype("int32")
    return x, y


def model(base):
    """The network, as a ``course.Model`` or a ``keras.Model``."""

    class MLP(base):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(128, activation="relu")
            self.second = layers.Dense(64, activation="relu")
            self.logits = layers.Dense(10)

        def call(self, x):
            return self.logits(self.second(self.first(x)))

    net = MLP()
    net.compile(keras.optimizers.Adam(**ADAM), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net


CASE = Case(
    title="MLP 784-128-64-10, batch 64",
    batch=64,
    steps=300,
    data=data,
    ours=lambda: model(course.Model),
    keras=lambda: model(keras.Model),
    small=True,
)
