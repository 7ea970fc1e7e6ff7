"""DenseNet: every layer sees the outputs of all layers before it (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import conv_bn, scaled

EPSILON = 1.001e-5  # of keras.applications


def densenet(
    repeats=(6, 12, 24, 16), input_shape=(224, 224, 3), classes=1000, width=1.0, growth=32, stem=True
):
    """Blocks of densely connected layers, halved in size and channels between them; returns logits.

    x_{l+1} = [x_l, F_l(x_l)]

    F_l: normalize, ReLU, 1 × 1 to 4 · growth channels, normalize, ReLU, 3 × 3 to ``growth`` channels. So every layer
    adds ``growth`` channels. With the default arguments this is DenseNet-121: 8,062,504 parameters, of which 83,648 are
    moving statistics.

    Args:
        repeats: layers in each block.
        input_shape: (height, width, channels).
        classes: number of logits.
        width: multiplies the growth and the channels of the first convolution.
        growth: number of channels that each layer adds.
        stem: 7 × 7 with stride 2 and pooling, for large images; otherwise 3 × 3 with stride 1.

    Returns:
        A functional ``keras.Model``.

    References: Huang, Liu, van der Maaten, Weinberger, "Densely connected convolutional networks" (2017).
    """
    first, growth = scaled(width, 2 * growth, growth)
    x = image = keras.Input(input_shape)
    if stem:
        x = conv_bn(layers.ZeroPadding2D(3)(x), first, 7, stride=2, padding="valid", epsilon=EPSILON)
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    else:
        x = conv_bn(x, first, 3, epsilon=EPSILON)
    for block, repeat in enumerate(repeats):
        if block:
            x = layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False)(_bn_relu(x))
            x = layers.AveragePooling2D(2)(x)
        for _ in range(repeat):
            # x_{l+1} = [x_l, F_l(x_l)]
            h = layers.Conv2D(4 * growth, 1, use_bias=False)(_bn_relu(x))
            h = layers.Conv2D(growth, 3, padding="same", use_bias=False)(_bn_relu(h))
            x = layers.Concatenate()([x, h])
    x = layers.GlobalAveragePooling2D()(_bn_relu(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="densenet")


def densenet121(input_shape=(224, 224, 3), classes=1000, width=1.0):
    """DenseNet with 6, 12, 24 and 16 layers in its blocks."""
    return densenet((6, 12, 24, 16), input_shape, classes, width)


def _bn_relu(x):
    return layers.Activation("relu")(layers.BatchNormalization(epsilon=EPSILON)(x))
