"""A small convolutional network on images of the size of MNIST, as in unit 5."""

import keras
from keras import layers

import course
from course.bench.case import ADAM, Case


def data(rng, n):
    """Images (n, 28, 28, 1), labels (n,) given by a random linear rule."""
    x = rng.random((n, 28, 28, 1), dtype="float32")
    y = (x.reshape(n, -1) @ rng.normal(size=(784, 10))).argmax(-1).astype("int32")
    return x, y


def model(base):
    """The network, as a ``course.Model`` or a ``keras.Model``."""

    class CNN(base):
        def __init__(self):
            super().__init__()
            self.first = layers.Conv2D(8, 3, padding="same", activation="relu")
            self.second = layers.Conv2D(16, 3, padding="same", activation="relu")
            self.pool = layers.MaxPooling2D()
            self.flatten = layers.Flatten()
            self.logits = layers.Dense(10)

        def call(self, x):
            x = self.pool(self.first(x))
            x = self.pool(self.second(x))
            return self.logits(self.flatten(x))

    net = CNN()
    net.compile(keras.optimizers.Adam(**ADAM), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net


CASE = Case(
    title="CNN 28×28, 8 and 16 channels, batch 32",
    batch=32,
    steps=250,
    data=data,
    ours=lambda: model(course.Model),
    keras=lambda: model(keras.Model),
)
