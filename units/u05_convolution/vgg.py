"""VGG: only kernels of 3 × 3, many of them (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import scaled, stages

CHANNELS = (64, 128, 256, 512, 512)


def vgg(
    convolutions, input_shape=(224, 224, 3), classes=1000, width=1.0, units=(4096, 4096), channels=CHANNELS
):
    """Stages of 3 × 3 convolutions, each followed by pooling that halves the image; returns logits.

    Two 3 × 3 convolutions see 5 × 5 pixels with 18 in place of 25 weights a pair of channels, and a nonlinearity more.

    Args:
        convolutions: how many in each stage.
        input_shape: (height, width, channels); every stage halves it.
        classes: number of logits.
        width: multiplies the numbers of channels and units.
        units: lengths of the hidden fully connected layers.
        channels: of the stages.

    Returns:
        A functional ``keras.Model``.

    Raises:
        ValueError: there are more stages than channels.

    References: Simonyan, Zisserman, "Very deep convolutional networks for large-scale image recognition" (2015).
    """
    x = image = keras.Input(input_shape)
    for repeats, filters in stages(convolutions, channels):
        for _ in range(repeats):
            x = layers.Conv2D(scaled(width, filters), 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    for length in units:
        x = layers.Dense(scaled(width, length), activation="relu")(x)
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="vgg")


def vgg16(input_shape=(224, 224, 3), classes=1000, width=1.0):
    """VGG with 13 convolutions and 3 fully connected layers: 138,357,544 parameters (configuration D)."""
    return vgg((2, 2, 3, 3, 3), input_shape, classes, width)


def vgg19(input_shape=(224, 224, 3), classes=1000, width=1.0):
    """VGG with 16 convolutions and 3 fully connected layers: 143,667,240 parameters (configuration E)."""
    return vgg((2, 2, 4, 4, 4), input_shape, classes, width)
