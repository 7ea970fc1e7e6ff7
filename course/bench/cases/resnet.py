"""ResNet-20 on images of the size of CIFAR-10, as in unit 5: a step of real size, in which arithmetic takes the time.

The network is the one of He et al. (2016, §4.2) with its shortcuts without weights: 0.27 million parameters.
"""

import keras
from keras import layers, ops

from course.bench.case import ADAM, Case
from course.bench.cases._own_step import OwnStep


class Block(layers.Layer):
    """Two convolutions and what came in, added to them; with a stride every second pixel of it, and zeros."""

    def __init__(self, channels, stride):
        super().__init__()
        self.first = layers.Conv2D(channels, 3, stride, padding="same", use_bias=False)
        self.first_norm = layers.BatchNormalization()
        self.second = layers.Conv2D(channels, 3, padding="same", use_bias=False)
        self.second_norm = layers.BatchNormalization()
        self.channels, self.stride = channels, stride

    def call(self, x, training=False):
        """Features (batch, height, width, channels)."""
        h = ops.relu(self.first_norm(self.first(x), training=training))
        h = self.second_norm(self.second(h), training=training)
        if self.stride > 1:
            more = self.channels - x.shape[-1]
            x = ops.pad(x[:, :: self.stride, :: self.stride], ((0, 0), (0, 0), (0, 0), (0, more)))
        return ops.relu(x + h)


def model(base, stages, blocks, width):
    """The compiled network, as a model with its own step or a ``keras.Model``."""

    class ResNet(base):
        def __init__(self):
            super().__init__()
            self.stem = layers.Conv2D(width, 3, padding="same", use_bias=False)
            self.stem_norm = layers.BatchNormalization()
            self.blocks = [
                Block(width * 2**stage, 2 if stage and not i else 1)
                for stage in range(stages)
                for i in range(blocks)
            ]
            self.pool = layers.GlobalAveragePooling2D()
            self.logits = layers.Dense(10)

        def call(self, x, training=False):
            x = ops.relu(self.stem_norm(self.stem(x), training=training))
            for block in self.blocks:
                x = block(x, training=training)
            return self.logits(self.pool(x))

    net = ResNet()
    net.compile(keras.optimizers.Adam(**ADAM), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return net


def case(size=32, stages=3, blocks=3, width=16, batch=128, steps=10):
    """The case for images of ``size``×``size``×3 and so many stages of so many blocks."""

    def data(rng, n):
        """Images (n, size, size, 3), labels (n,) given by a random linear rule."""
        x = rng.random((n, size, size, 3), dtype="float32")
        y = (x.reshape(n, -1) @ rng.normal(size=(size * size * 3, 10))).argmax(-1).astype("int32")
        return x, y

    return Case(
        title=f"ResNet-{2 * stages * blocks + 2} {size}×{size}×3, from {width} channels on, batch {batch}",
        batch=batch,
        steps=steps,
        data=data,
        ours=lambda: model(OwnStep, stages, blocks, width),
        keras=lambda: model(keras.Model, stages, blocks, width),
        proof=steps,
        large=True,
    )


CASE = case()
