"""ConvNeXt: a residual block with what transformers have taught (§6)."""

import keras
from keras import layers, ops

from units.u03_optimization.hyperparameters import check_size
from units.u05_convolution.conv_bn import scaled, stages


@keras.saving.register_keras_serializable("medl")
class LayerScale(keras.layers.Layer):
    """Multiply every channel by a learned number, which starts small: γ ∘ x.

    Args:
        start: the first value of all γ.

    Shapes: input and output (batch, height, width, channels).
    """

    def __init__(self, start=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        """One γ for each channel."""
        initializer = keras.initializers.Constant(self.start)
        self.gamma = self.add_weight(name="gamma", shape=(input_shape[-1],), initializer=initializer)

    def call(self, x):
        """γ ∘ x."""
        return ops.multiply(x, self.gamma)

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "start": self.start}


def convnext_block(x, start=1e-6):
    """Depthwise 7 × 7, normalize once, 1 × 1 up to four times the channels, GELU once, 1 × 1 down, beside a shortcut.

    y = x + γ ∘ F(x). Against ResNet's bottleneck: the wide part is in the middle (inverted), space and channels are
    mixed by different layers, the kernel is larger, there is one activation in place of three and one normalization
    (over the channels of a position) in place of three.

    Args:
        x: shape (batch, height, width, channels).
        start: first value of γ.

    Returns:
        y, of the shape of x.

    References: Liu et al., "A ConvNet for the 2020s" (2022).
    """
    channels = x.shape[-1]
    h = layers.DepthwiseConv2D(7, padding="same")(x)
    h = layers.LayerNormalization(epsilon=1e-6)(h)
    h = layers.Dense(4 * channels, activation="gelu")(h)
    h = LayerScale(start)(layers.Dense(channels)(h))
    # y = x + γ ∘ F(x)
    return layers.Add()([x, h])


def convnext(
    repeats=(3, 3, 9, 3),
    input_shape=(224, 224, 3),
    classes=1000,
    width=1.0,
    channels=(96, 192, 384, 768),
    patch=4,
    start=1e-6,
):
    """Patches, stages of blocks with a normalized 2 × 2 convolution of stride 2 between them; returns logits.

    With the default arguments this is ConvNeXt-T: 28,589,128 parameters.

    Args:
        repeats: blocks in each stage.
        input_shape: (height, width, channels).
        classes: number of logits.
        width: multiplies the numbers of channels.
        channels: of each stage.
        patch: size and stride of the first convolution.
        start: first value of every γ.

    Returns:
        A functional ``keras.Model``.

    Raises:
        ValueError: there are more stages than channels.
    """
    first, *channels = scaled(width, channels[0], *channels)
    x = image = keras.Input(input_shape)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Conv2D(first, patch, strides=patch)(x))
    for stage, (repeat, filters) in enumerate(stages(repeats, channels)):
        if stage:
            x = layers.Conv2D(filters, 2, strides=2)(layers.LayerNormalization(epsilon=1e-6)(x))
        for _ in range(repeat):
            x = convnext_block(x, start)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, layers.Dense(check_size("classes", classes))(x), name="convnext")
