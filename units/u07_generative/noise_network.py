"""Networks that are told the time and a label: a small U-Net for images, dense blocks for points and codes (§8.2)."""

import keras
from keras import layers, ops

from units.u07_generative.image_flow import to_channels, to_pixels


@keras.saving.register_keras_serializable("medl")
class TimeFeatures(layers.Layer):
    """cos and sin of t at frequencies from 1 to 1000, so that a network can tell close times apart.

    Args:
        size: number of features, even.

    Shapes: t in [0, 1] (batch,) → (batch, size).
    """

    def __init__(self, size=32, **kwargs):
        super().__init__(**kwargs)
        if size < 2 or size % 2:
            raise ValueError(
                f"size must be an even number of features, a cosine and a sine each, not {size!r}."
            )
        self.size = size

    def call(self, t):
        """The features of the times."""
        frequencies = ops.exp(ops.linspace(0.0, 6.9, self.size // 2))
        angles = ops.expand_dims(ops.cast(t, "float32"), -1) * frequencies
        return ops.cast(ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=-1), self.compute_dtype)

    def compute_output_shape(self, shape):
        """(batch, size)."""
        return (shape[0], self.size)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "size": self.size}


def dense_denoiser(size, classes=0, units=128, blocks=3):
    """Dense blocks with shortcuts, for points and codes: [x, t, label] → (batch, size).

    Args:
        size: features of x; a shape (height, width, channels) for small images, which are flattened.
        classes: number of labels; label ``classes`` means that no label is given.
        units: width of the blocks.
        blocks: their number.
    """
    shape = (size,) if isinstance(size, int) else tuple(size)
    inputs, told = _inputs(shape, classes, units)
    h = layers.Dense(units)(layers.Flatten()(inputs[0]))
    for _ in range(blocks):
        a = layers.Activation("silu")(layers.Add()([h, layers.Dense(units)(told)]))
        h = layers.Add()([h, layers.Dense(units)(layers.Activation("silu")(layers.Dense(units)(a)))])
    h = layers.Activation("silu")(layers.LayerNormalization()(h))
    out = 1
    for side in shape:
        out *= side
    return keras.Model(inputs, layers.Reshape(shape)(layers.Dense(out, kernel_initializer="zeros")(h)))


def image_denoiser(image_shape, classes=0):
    """A small network for images: a U-Net, or dense blocks for images of at most 8 × 8 pixels.

    Args:
        image_shape: (height, width, channels).
        classes: as in ``dense_denoiser``.
    """
    if max(image_shape[:2]) <= 8:
        return dense_denoiser(image_shape, classes, units=96, blocks=1)
    return unet_denoiser(image_shape, classes, widths=(32, 64), blocks=1, squares=True)


def unet_denoiser(image_shape, classes=0, widths=(32, 64, 96), blocks=2, groups=8, squares=False):
    """A U-Net of residual blocks, of which each is told the time and the label: [x, t, label] → the shape of x.

    It is unit 5's U-Net with other blocks: group normalization, SiLU and a convolution, twice, around a shortcut; what
    comes from time and label is added between the two. On the lowest level all places attend to each other.

    Args:
        image_shape: (height, width, channels); height and width are multiples of 2^(levels − 1),
            and of 2^levels with ``squares``.
        classes: number of labels; label ``classes`` means that no label is given.
        widths: channels of each level, from the highest resolution to the lowest, multiples of ``groups``.
        blocks: residual blocks of each level on the way down; there is one more on the way up.
        groups: of the group normalization.
        squares: whether squares of 2 × 2 pixels become channels first, so that each convolution costs a quarter.

    Raises:
        ValueError: a side cannot be halved that often.
    """
    factor = 2 ** (len(widths) - 1 + squares)
    if any(side % factor for side in image_shape[:2]):
        raise ValueError(
            f"This U-Net with {len(widths)} levels needs a height and a width that are multiples of {factor}, not "
            f"{tuple(image_shape[:2])}: choose fewer levels, or pad the images."
        )
    inputs, told = _inputs(image_shape, classes, 2 * widths[-1])
    x = to_channels(inputs[0]) if squares else inputs[0]
    channels = x.shape[-1]
    h = _convolution(widths[0])(x)
    across = [h]
    for level, width in enumerate(widths):
        if level:
            h = _convolution(width, strides=2)(h)
            across.append(h)
        for _ in range(blocks):
            h = _block(h, told, width, groups)
            across.append(h)
    h = _block(h, told, widths[-1], groups)
    h = _attention(h, groups)
    h = _block(h, told, widths[-1], groups)
    for level, width in reversed(list(enumerate(widths))):
        for _ in range(blocks + 1):
            h = _block(layers.Concatenate()([h, across.pop()]), told, width, groups)
        if level:
            h = _convolution(widths[level - 1])(layers.UpSampling2D()(h))
    h = layers.Activation("silu")(layers.GroupNormalization(groups)(h))
    out = _convolution(channels, kernel_initializer="zeros")(h)
    return keras.Model(inputs, to_pixels(out) if squares else out)


def _inputs(shape, classes, units):
    """x, t and label, and what the blocks are told: one vector for time and label."""
    x, t, label = keras.Input(shape), keras.Input(()), keras.Input((), dtype="int32")
    features = layers.Activation("silu")(layers.Dense(units)(TimeFeatures()(t)))
    told = layers.Add()([layers.Dense(units)(features), layers.Embedding(classes + 1, units)(label)])
    return [x, t, label], layers.Activation("silu")(told)


def _convolution(width, **options):
    return layers.Conv2D(width, 3, padding="same", **options)


def _block(x, told, width, groups):
    h = _convolution(width)(layers.Activation("silu")(layers.GroupNormalization(groups)(x)))
    h = layers.Add()([h, layers.Reshape((1, 1, width))(layers.Dense(width)(told))])
    h = layers.Activation("silu")(layers.GroupNormalization(groups)(h))
    h = _convolution(width, kernel_initializer="zeros")(h)
    return layers.Add()([h, x if x.shape[-1] == width else layers.Conv2D(width, 1)(x)])


def _attention(x, groups):
    height, width, channels = x.shape[1:]
    h = layers.Reshape((height * width, channels))(layers.GroupNormalization(groups)(x))
    h = layers.MultiHeadAttention(4, channels // 4, flash_attention=False)(h, h)
    return layers.Add()([x, layers.Reshape((height, width, channels))(h)])
