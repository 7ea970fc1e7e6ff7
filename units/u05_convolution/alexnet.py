"""AlexNet: the network that won ImageNet in 2012 (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import scaled
from units.u05_convolution.local_response_normalization import LocalResponseNormalization


def alexnet(input_shape=(227, 227, 3), classes=1000, width=1.0, dropout=0.5):
    """Five convolutions and three fully connected layers; returns logits.

    227 × 227 → 96 × 55 × 55 → 256 × 27 × 27 → 384, 384, 256 × 13 × 13 → 256 × 6 × 6 → 4096 → 4096 → 1000

    This is the form with one tower: 62,378,344 parameters. In the paper two graphics cards hold half of the channels
    each, and the second, fourth and fifth convolution see their own half only (groups = 2), which makes 60,965,224.
    58.6 million belong to the fully connected layers. The paper says 224 × 224; 227 is the size that its numbers need.

    Args:
        input_shape: (height, width, channels), at least 67 × 67.
        classes: number of logits.
        width: multiplies the numbers of channels and units.
        dropout: rate before the first two fully connected layers.

    Returns:
        A functional ``keras.Model``.

    References: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks" (2012).
    """
    c1, c2, c3, c4, c5, f6, f7 = scaled(width, 96, 256, 384, 384, 256, 4096, 4096)
    x = image = keras.Input(input_shape)
    x = layers.Conv2D(c1, 11, strides=4, activation="relu")(x)
    x = layers.MaxPooling2D(3, 2)(LocalResponseNormalization()(x))
    x = layers.Conv2D(c2, 5, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(3, 2)(LocalResponseNormalization()(x))
    for filters in (c3, c4, c5):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D(3, 2)(x))
    for units in (f6, f7):
        x = layers.Dense(units, activation="relu")(layers.Dropout(dropout)(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="alexnet")
