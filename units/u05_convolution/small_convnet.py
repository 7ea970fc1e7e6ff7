"""A convolutional network for digits with as few parameters as possible (§6)."""

import keras
from keras import layers

from units.u05_convolution.conv_bn import conv_bn


def small_convnet(channels=(12, 16, 16, 16), input_shape=(28, 28, 1), classes=10, weighted_mean=True):
    """Four convolutions, of which the third has a shortcut, then one weight for each position; returns logits.

    28 × 28 → 5 × 5 of stride 2 → 14 × 14 → 3 × 3 → 12 × 12 → max-pooling → 6 × 6 → 3 × 3 with a shortcut → 6 × 6 →
    3 × 3 → 4 × 4 → one number for each channel → 10

    A dense layer on 4 × 4 × 16 numbers would need 2,570 parameters. A depthwise convolution of the size of the image
    is a weighted mean of the positions, with 272; the plain mean needs none.

    Args:
        channels: of the convolutions; the second and the third are equal.
        input_shape: (height, width, channels).
        classes: number of logits.
        weighted_mean: whether the mean over the positions has learned weights.

    Returns:
        A functional ``keras.Model``; with the default arguments it has 7,318 parameters, 120 of them moving statistics.
    """
    c1, c2, c3, c4 = channels
    x = image = keras.Input(input_shape)
    x = conv_bn(x, c1, 5, stride=2)
    x = layers.MaxPooling2D(2)(conv_bn(x, c2, 3, padding="valid"))
    x = layers.Add()([x, conv_bn(x, c3, 3)])
    x = conv_bn(x, c4, 3, padding="valid")
    if weighted_mean:
        x = layers.Flatten()(layers.DepthwiseConv2D(x.shape[1:3])(x))
    else:
        x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(classes)(x), name="small_convnet")
