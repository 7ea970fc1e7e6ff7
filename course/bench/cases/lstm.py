"""A recurrent network that reads a sequence and names its class, as in unit 8."""

import keras
from keras import layers

import course
from course.bench.case import ADAM, Case


def data(rng, n):
    """Sequences (n, 20, 16), labels (n,) given by a random linear rule on their mean."""
    x = rng.normal(size=(n, 20, 16)).astype("float32")
    y = (x.mean(axis=1) @ rng.normal(size=(16, 10))).argmax(-1).astype("int32")
    return x, y


def model(base):
    """The network, as a ``course.Model`` or a ``keras.Model``."""

    class Reader(base):
        def __init__(self):
            super().__init__()
            self.recurrent = layers.LSTM(32)
            self.logits = layers.Dense(10)

        def call(self, x):
            return self.logits(self.recurrent(x))

    net = Reader()
    net.compile(keras.optimizers.Adam(**ADAM), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net


CASE = Case(
    title="LSTM with 32 units, 20 steps of 16 features, batch 32",
    batch=32,
    steps=150,
    data=data,
    ours=lambda: model(course.Model),
    keras=lambda: model(keras.Model),
)
