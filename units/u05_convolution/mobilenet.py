"""MobileNet: a convolution divided into one per channel and one per position (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import conv_bn, scaled

# channels and stride of each separable convolution
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


def mobilenet(input_shape=(224, 224, 3), classes=1000, width=1.0, blocks=BLOCKS, stride=2, dropout=1e-3):
    """A convolution, then depthwise separable ones, the mean of every channel, one dense layer; returns logits.

    A k × k convolution from c to f channels needs k² c f multiplications at every position. A depthwise separable one
    needs k² c for the k × k of each channel and c f for the 1 × 1 that mixes them: the share 1/f + 1/k².

    It has 4,253,864 parameters, of which 21,888 are moving statistics (the paper: 4.2 million).

    Args:
        input_shape: (height, width, channels).
        classes: number of logits.
        width: the paper's width multiplier.
        blocks: channels and stride of the separable convolutions.
        stride: of the first convolution.
        dropout: rate before the dense layer.

    Returns:
        A functional ``keras.Model``.

    References: Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision applications"
    (2017), table 1.
    """
    x = image = keras.Input(input_shape)
    x = conv_bn(x, scaled(width, 32), 3, stride=stride, activation="relu6")
    for filters, step in blocks:
        x = separable(x, scaled(width, filters), step)
    x = layers.Dropout(dropout)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="mobilenet")


def separable(x, filters, stride=1):
    """Depthwise 3 × 3, normalize, ReLU6, then 1 × 1, normalize, ReLU6.

    Args:
        x: shape (batch, height, width, channels).
        filters: channels of the output.
        stride: of the depthwise convolution.

    Returns:
        Shape (batch, height / stride, width / stride, filters).
    """
    x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.Activation("relu6")(layers.BatchNormalization()(x))
    return conv_bn(x, filters, 1, activation="relu6")
