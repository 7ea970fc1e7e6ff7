"""The small networks of this section: named blocks, which can be frozen one by one, and an encoder (§6.4)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size


def block_network(input_shape, classes, channels=(16, 32), normalize=True):
    """Blocks of convolution, batch normalization and ReLU, each of which halves the image, and a dense head.

    Args:
        input_shape: (height, width, channels).
        classes: number of logits.
        channels: of each block.
        normalize: whether there is batch normalization; without it a convolution has a bias.

    Returns:
        A ``keras.Sequential`` with the layers ``block_1``, …, ``flat`` and ``head``.
    """
    blocks = []
    for i, filters in enumerate(channels, start=1):
        block = [layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=not normalize)]
        if normalize:
            block.append(layers.BatchNormalization(momentum=0.9))
        blocks.append(keras.Sequential([*block, layers.ReLU()], name=f"block_{i}"))
    return keras.Sequential(
        [
            keras.Input(input_shape),
            *blocks,
            layers.Flatten(name="flat"),
            layers.Dense(check_size("classes", classes), name="head"),
        ]
    )


def image_encoder(input_shape, channels=(32, 64), units=128):
    """Convolutions that halve the image, then a dense layer: a ``keras.Sequential`` from images to features.

    Args:
        input_shape: (height, width, channels).
        channels: of each convolution.
        units: number of features.
    """
    convolutions = [layers.Conv2D(n, 3, strides=2, padding="same", activation="relu") for n in channels]
    return keras.Sequential(
        [keras.Input(input_shape), *convolutions, layers.Flatten(), layers.Dense(units, activation="relu")]
    )
