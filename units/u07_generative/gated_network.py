"""A small residual network with gates, for the couplings of a flow (§6.5)."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("medl")
class GatedBlock(layers.Layer):
    """A residual block whose branch is multiplied by a gate.

    output = x + a ⊙ σ_Sig(g),   (a, g) = 1 × 1 convolution of silu(3 × 3 convolution of silu(x))

    Args:
        width: channels of x.

    Shapes: x and the output are (batch, height, width, channels).
    """

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.spatial = layers.Conv2D(width, 3, padding="same", dtype=self.dtype_policy)
        self.pointwise = layers.Conv2D(2 * width, 1, dtype=self.dtype_policy)

    def build(self, shape):
        """Build both convolutions."""
        self.spatial.build(shape)
        self.pointwise.build((*shape[:-1], self.width))
        self.built = True

    def call(self, x):
        """The block."""
        a, g = ops.split(self.pointwise(ops.silu(self.spatial(ops.silu(x)))), 2, axis=-1)
        return x + a * ops.sigmoid(g)

    def compute_output_shape(self, input_shape):
        """That of x."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "width": self.width}


def gated_network(shape, outputs, width, blocks, dtype=None):
    """A convolution, gated blocks, and a last convolution that starts at 0 and computes in float32.

    Args:
        shape: (height, width, channels) of the input.
        outputs: channels of the output.
        width: channels in between.
        blocks: their number.
        dtype: policy of all layers but the last one.

    Returns:
        A ``keras.Sequential``.
    """
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Conv2D(width, 3, padding="same", dtype=dtype),
            *(GatedBlock(width, dtype=dtype) for _ in range(blocks)),
            layers.Activation("silu", dtype=dtype),
            layers.Conv2D(outputs, 3, padding="same", kernel_initializer="zeros", dtype="float32"),
        ]
    )
