"""U-Net: a label for every pixel, by a network that goes down, up, and across (§6.6)."""

import keras
from keras import layers


def u_net(image_shape, classes, widths=(16, 32, 64), batch_norm=False):
    """A U-Net that returns the logits of every pixel.

    down    two convolutions of 3 × 3 with ReLU, then the maximum of 2 × 2: half the resolution, more channels
    up      a transposed convolution of 2 × 2 with stride 2 doubles the resolution; beside it the activations of the
            same resolution from the way down (the way across); then two convolutions of 3 × 3
    head    a convolution of 1 × 1: one logit for each class

    The lowest level knows what is in the image, the highest where its edges are; the way across brings both together.

    Args:
        image_shape: (height, width, channels); height and width are multiples of 2^(levels − 1).
        classes: number of classes, the background among them.
        widths: channels of each level, from the highest resolution to the lowest.
        batch_norm: whether each convolution of 3 × 3 is followed by batch normalization; the paper's has none.

    Returns:
        A ``keras.Model`` from (batch, height, width, channels) to logits (batch, height, width, classes).

    Raises:
        ValueError: a side cannot be halved that often.

    References: §6.6; Ronneberger, Fischer and Brox, "U-Net" (2015). The paper's has the widths 64, 128, …, 1024, and
    31 million parameters; it pads nothing, so that its output is smaller than its input. Here padding keeps the size.
    """
    *sides, _ = image_shape
    factor = 2 ** (len(widths) - 1)
    if any(side % factor for side in sides):
        raise ValueError(
            f"A U-Net with {len(widths)} levels halves an image {len(widths) - 1} times: height and width must be "
            f"multiples of {factor}, not {tuple(sides)}."
        )
    inputs = keras.Input(image_shape)
    x, across = inputs, []
    for width in widths[:-1]:
        x = _two_convolutions(x, width, batch_norm)
        across.append(x)
        x = layers.MaxPooling2D()(x)
    x = _two_convolutions(x, widths[-1], batch_norm)
    for width, beside in zip(widths[-2::-1], across[::-1], strict=True):
        x = layers.Conv2DTranspose(width, 2, strides=2)(x)
        x = _two_convolutions(layers.Concatenate()([beside, x]), width, batch_norm)
    return keras.Model(inputs, layers.Conv2D(classes, 1)(x))


def _two_convolutions(x, width, batch_norm):
    for _ in range(2):
        x = layers.Conv2D(width, 3, padding="same", kernel_initializer="he_normal")(x)
        if batch_norm:
            x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    return x
