"""LeNet-5: the network that read digits in 1998 (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import scaled


def lenet5(input_shape=(32, 32, 1), classes=10, width=1.0, activation="tanh"):
    """Two convolutions with pooling between them, then three fully connected layers; returns logits.

    32 × 32 → 6 × 28 × 28 → 6 × 14 × 14 → 16 × 10 × 10 → 16 × 5 × 5 → 120 → 84 → 10

    It has 61,706 parameters with a 32 × 32 × 1 image, ten classes and width 1. The paper's has 60,000: there each of
    the 16 maps sees only some of the 6 maps below (1,516 in place of 2,416 parameters), pooling has two learned numbers
    a map (44), and the output compares its 84 inputs with drawn digits, which are not learned (0 in place of 850).
    MNIST's images of 28 × 28 get a border of two zeros on each side.

    Args:
        input_shape: (height, width, channels), at least 16 × 16.
        classes: number of logits.
        width: multiplies the numbers of channels and units.
        activation: of all layers but the last.

    Returns:
        A functional ``keras.Model``.

    References: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998).
    """
    c1, c3, c5, f6 = scaled(width, 6, 16, 120, 84)
    x = image = keras.Input(input_shape)
    for filters in (c1, c3):
        x = layers.Conv2D(filters, 5, activation=activation)(x)
        x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    for units in (c5, f6):
        x = layers.Dense(units, activation=activation)(x)
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="lenet5")
