"""One transformer block, normalized before each half, as in unit 8."""

import keras
from keras import layers

import course
from course.bench.case import ADAM, Case


def data(rng, n):
    """Sequences (n, 32, 64), labels (n,) given by a random linear rule on their mean."""
    x = rng.normal(size=(n, 32, 64)).astype("float32")
    y = (x.mean(axis=1) @ rng.normal(size=(64, 10))).argmax(-1).astype("int32")
    return x, y


def model(base):
    """The network, as a ``course.Model`` or a ``keras.Model``."""

    class Block(base):
        def __init__(self):
            super().__init__()
            self.first_norm = layers.LayerNormalization(epsilon=1e-5)
            self.attention = layers.MultiHeadAttention(num_heads=4, key_dim=16)
            self.second_norm = layers.LayerNormalization(epsilon=1e-5)
            self.wide = layers.Dense(128, activation="gelu")
            self.narrow = layers.Dense(64)
            self.pool = layers.GlobalAveragePooling1D()
            self.logits = layers.Dense(10)

        def call(self, x):
            h = self.first_norm(x)
            x = x + self.attention(h, h)
            x = x + self.narrow(self.wide(self.second_norm(x)))
            return self.logits(self.pool(x))

    net = Block()
    net.compile(keras.optimizers.Adam(**ADAM), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net


CASE = Case(
    title="transformer block, 32 tokens, width 64, 4 heads, batch 16",
    batch=16,
    steps=150,
    data=data,
    ours=lambda: model(course.Model),
    keras=lambda: model(keras.Model),
)
