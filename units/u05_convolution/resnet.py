"""ResNet: blocks that add to their input instead of replacing it (§6)."""

import keras
from keras import layers

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import conv_bn, every, scaled, stages

EPSILON = 1.001e-5  # of keras.applications


def basic(x, filters, stride=1, bias=True):
    """Two 3 × 3 convolutions beside a shortcut: y = ReLU(F(x) + x).

    Args:
        x: shape (batch, height, width, channels).
        filters: channels of the output.
        stride: of the first convolution and of the projection.
        bias: whether convolutions have a bias, which the normalization after them takes away.

    Returns:
        y, shape (batch, height / stride, width / stride, filters).
    """
    options = {"bias": bias, "epsilon": EPSILON}
    shortcut = _projected(x, filters, stride, options)
    x = conv_bn(x, filters, 3, stride, **options)
    x = conv_bn(x, filters, 3, activation=None, **options)
    # y = ReLU(F(x) + x)
    return layers.Activation("relu")(layers.Add()([shortcut, x]))


def bottleneck(x, filters, stride=1, bias=True, stride_at=1):
    """1 × 1 down to few channels, 3 × 3, 1 × 1 up to four times as many, beside a shortcut: y = ReLU(F(x) + x).

    Args:
        x: shape (batch, height, width, channels).
        filters: channels of the 3 × 3 convolution; the output has four times as many.
        stride: of the block.
        bias: whether convolutions have a bias.
        stride_at: which kernel has the stride: 1, the first 1 × 1, as in the paper and in keras.applications, or 3,
            the 3 × 3, as in many later versions; then no position of x is skipped.

    Returns:
        y, shape (batch, height / stride, width / stride, 4 filters).
    """
    if stride_at not in (1, 3):
        raise ValueError(
            f"stride_at is 1 (the first 1 × 1 kernel) or 3 (the 3 × 3 kernel), not {stride_at!r}."
        )
    options = {"bias": bias, "epsilon": EPSILON}
    shortcut = _projected(x, 4 * filters, stride, options)
    x = conv_bn(x, filters, 1, stride if stride_at == 1 else 1, **options)
    x = conv_bn(x, filters, 3, stride if stride_at == 3 else 1, **options)
    x = conv_bn(x, 4 * filters, 1, activation=None, **options)
    # y = ReLU(F(x) + x)
    return layers.Activation("relu")(layers.Add()([shortcut, x]))


def preactivation(x, filters, stride=1, bias=True):
    """A bottleneck that normalizes first: y = F(x) + x, with nothing after the sum.

    F: normalize, ReLU, 1 × 1; normalize, ReLU, 3 × 3; normalize, ReLU, 1 × 1. From block to block the shortcut is then
    the identity: the output of a later block is x_l + ∑ F_i(x_i), and in the backward pass its gradient reaches x_l
    unchanged, beside the terms that come through the F_i.

    Args:
        x: shape (batch, height, width, channels).
        filters: channels of the 3 × 3 convolution; the output has four times as many.
        stride: of the 3 × 3 convolution and of the projection.
        bias: whether the last convolution and the projection have a bias; the others are normalized and have none.

    Returns:
        y, shape (batch, height / stride, width / stride, 4 filters).

    References: He, Zhang, Ren, Sun, "Identity mappings in deep residual networks" (2016).
    """
    first = _normalized(x)
    shortcut = x
    if stride != 1 or x.shape[-1] != 4 * filters:
        shortcut = layers.Conv2D(4 * filters, 1, use_bias=bias)(every(first, stride))
    h = conv_bn(first, filters, 1, epsilon=EPSILON)
    h = conv_bn(h, filters, 3, stride, epsilon=EPSILON)
    h = layers.Conv2D(4 * filters, 1, use_bias=bias)(h)
    # y = F(x) + x
    return layers.Add()([shortcut, h])


def resnet(
    block=bottleneck,
    repeats=(3, 4, 6, 3),
    input_shape=(224, 224, 3),
    classes=1000,
    width=1.0,
    channels=(64, 128, 256, 512),
    stem=True,
    bias=True,
):
    """A stem, stages of residual blocks, the mean of every channel, one dense layer; returns logits.

    The first block of every stage but the first has the stride 2. With the default arguments this is ResNet-50 as in
    keras.applications: 25,636,712 parameters (53,120 are moving statistics, 26,560 biases without an effect).

    Args:
        block: ``basic``, ``bottleneck`` or ``preactivation``.
        repeats: blocks in each stage.
        input_shape: (height, width, channels).
        classes: number of logits.
        width: multiplies the numbers of channels.
        channels: ``filters`` of each stage.
        stem: 7 × 7 with stride 2 and pooling, for large images; otherwise 3 × 3 with stride 1.
        bias: whether convolutions have a bias.

    Returns:
        A functional ``keras.Model``.

    Raises:
        ValueError: there are more stages than channels.

    References: He, Zhang, Ren, Sun, "Deep residual learning for image recognition" (2016), table 1.
    """
    first, *channels = scaled(width, channels[0], *channels)
    x = image = keras.Input(input_shape)
    later = block is preactivation  # it normalizes the output of the stem itself
    if stem:
        x = layers.ZeroPadding2D(3)(x)
        x = _first(x, first, 7, 2, "valid", bias, later)
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    else:
        x = _first(x, first, 3, 1, "same", bias, later)
    for stage, (repeat, filters) in enumerate(stages(repeats, channels)):
        for i in range(repeat):
            x = block(x, filters, 2 if stage and i == 0 else 1, bias)
    if later:
        x = _normalized(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="resnet")


def resnet50(input_shape=(224, 224, 3), classes=1000, width=1.0):
    """ResNet with bottlenecks, 3 + 4 + 6 + 3 of them."""
    return resnet(bottleneck, (3, 4, 6, 3), input_shape, classes, width)


def resnet50v2(input_shape=(224, 224, 3), classes=1000, width=1.0):
    """The same with pre-activation: 25,613,800 parameters.

    keras.applications has as many, but gives the stride to the last block of a stage, not to the first one as here.
    """
    return resnet(preactivation, (3, 4, 6, 3), input_shape, classes, width)


def resnet20(input_shape=(32, 32, 3), classes=10, width=1.0, repeat=3):
    """ResNet for images of 32 × 32: 3 stages of ``repeat`` basic blocks with 16, 32 and 64 channels.

    With three blocks a stage it has 274,042 parameters, 1,568 of them moving statistics (the paper: 0.27 million), and
    6 · repeat + 2 layers. The paper's shortcuts between the stages are without parameters; here they are projections.
    """
    return resnet(basic, (repeat,) * 3, input_shape, classes, width, (16, 32, 64), stem=False, bias=False)


def _projected(x, filters, stride, options):
    """x where it has the output's shape, otherwise a 1 × 1 convolution of it."""
    if stride == 1 and x.shape[-1] == filters:
        return x
    return conv_bn(x, filters, 1, stride, activation=None, **options)


def _first(x, filters, size, stride, padding, bias, plain):
    if plain:
        return layers.Conv2D(filters, size, stride, padding, use_bias=bias)(x)
    return conv_bn(x, filters, size, stride, padding, bias=bias, epsilon=EPSILON)


def _normalized(x):
    return layers.Activation("relu")(layers.BatchNormalization(epsilon=EPSILON)(x))
