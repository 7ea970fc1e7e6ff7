"""A convolutional network for digits with as few parameters as possible (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size


def small_convnet(
    channels=(16, 16, 16, 16),
    input_shape=(28, 28, 1),
    classes=10,
    activation="silu",
    weighted_mean=True,
):
    """Four 3 × 3 convolutions, of which the third has a shortcut, then one number for each channel; returns logits.

    28 × 28 → convolution, max-pooling → 14 × 14 → convolution → 12 × 12 → max-pooling → 6 × 6 → convolution with a
    shortcut → 6 × 6 → convolution → 4 × 4 → mean → 10

    Every convolution is normalized, after pooling where there is pooling: that is a quarter of the work, and an
    increasing map (γ > 0) and a maximum can be exchanged. A dense layer on 4 × 4 × 16 numbers would need 2,570
    parameters. A depthwise convolution of the size of the image is a weighted mean of the positions, with 272; the
    plain mean needs none.

    Args:
        channels: of the convolutions; the second and the third are equal.
        input_shape: (height, width, channels), at least 16 × 16.
        classes: number of logits.
        activation: after every normalization.
        weighted_mean: whether the mean over the positions has learned weights.

    Returns:
        A functional ``keras.Model``; with the default arguments it has 7,754 parameters, 128 of them moving statistics.
    """

    def normalized(x):
        return layers.Activation(activation)(layers.BatchNormalization()(x))

    def convolution(filters, padding):
        return layers.Conv2D(filters, 3, padding=padding, use_bias=False)

    c1, c2, c3, c4 = channels
    x = image = keras.Input(input_shape)
    x = normalized(layers.MaxPooling2D(2)(convolution(c1, "same")(x)))
    x = normalized(layers.MaxPooling2D(2)(convolution(c2, "valid")(x)))
    x = layers.Add()([x, normalized(convolution(c3, "same")(x))])
    x = normalized(convolution(c4, "valid")(x))
    if weighted_mean:
        x = layers.Flatten()(layers.DepthwiseConv2D(x.shape[1:3])(x))
    else:
        x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="small_convnet")


def tiny_convnet(input_shape=(28, 28, 1), classes=10):
    """``small_convnet`` with 8, 8, 8 and 7 channels and the plain mean: 1,932 parameters (62 moving statistics)."""
    return small_convnet((8, 8, 8, 7), input_shape, classes, weighted_mean=False)
