"""GoogLeNet: kernels of several sizes side by side (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import scaled
from units.u05_convolution.local_response_normalization import LocalResponseNormalization

# name → channels of 1×1 | 1×1 before 3×3, 3×3 | 1×1 before 5×5, 5×5 | 1×1 after pooling
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


def inception(x, ones, reduce3, threes, reduce5, fives, pooled):
    """An inception module: four branches of the same height and width, stacked along the channels.

    A 1 × 1 convolution before the larger kernels mixes the channels down to a few, which makes these kernels cheap.

    Args:
        x: shape (batch, height, width, channels).
        ones: channels of the branch of 1 × 1.
        reduce3, threes: of the 1 × 1 before the 3 × 3, and of the 3 × 3.
        reduce5, fives: the same for 5 × 5.
        pooled: of the 1 × 1 after 3 × 3 max-pooling.

    Returns:
        Shape (batch, height, width, ones + threes + fives + pooled).
    """

    def conv(filters, size, of):
        return layers.Conv2D(filters, size, padding="same", activation="relu")(of)

    return layers.Concatenate()(
        [
            conv(ones, 1, x),
            conv(threes, 3, conv(reduce3, 1, x)),
            conv(fives, 5, conv(reduce5, 1, x)),
            conv(pooled, 1, layers.MaxPooling2D(3, 1, padding="same")(x)),
        ]
    )


def googlenet(input_shape=(224, 224, 3), classes=1000, width=1.0, modules=tuple(MODULES), dropout=0.4):
    """Three convolutions, nine inception modules, the mean of every channel, one dense layer; returns logits.

    It has 6,998,552 parameters, a ninth of AlexNet's: there are no large fully connected layers. The paper's table
    counts kernels without biases, in units of 1024; its rows for the nine modules differ by up to 8% from what their
    own numbers of channels give, and together by less than 1%. The two auxiliary classifiers, which the paper uses in
    training only, are not part of this file.

    Args:
        input_shape: (height, width, channels), at least 32 × 32.
        classes: number of logits.
        width: multiplies the numbers of channels.
        modules: which inception modules, of ``MODULES``; pooling comes before the first of 4 and of 5.
        dropout: rate before the dense layer.

    Returns:
        A functional ``keras.Model``.

    References: Szegedy et al., "Going deeper with convolutions" (2015), table 1.
    """
    x = image = keras.Input(input_shape)
    x = layers.Conv2D(scaled(width, 64), 7, strides=2, padding="same", activation="relu")(x)
    x = LocalResponseNormalization()(layers.MaxPooling2D(3, 2, padding="same")(x))
    x = layers.Conv2D(scaled(width, 64), 1, activation="relu")(x)
    x = layers.Conv2D(scaled(width, 192), 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D(3, 2, padding="same")(LocalResponseNormalization()(x))
    stage = "3"
    for name in modules:
        if name[0] != stage:
            x, stage = layers.MaxPooling2D(3, 2, padding="same")(x), name[0]
        x = inception(x, *scaled(width, *MODULES[name]))
    x = layers.Dropout(dropout)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="googlenet")
