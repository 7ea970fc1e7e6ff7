"""A feed-forward network with a gate: SwiGLU; and the square of ReLU (§7.5, ☆)."""

import keras
from keras import ops

from units.u08_sequence.feed_forward import FeedForward


@keras.saving.register_keras_serializable("medl")
def relu_squared(x):
    """S(a) = max(a, 0)², an activation whose derivative is continuous.

    References: So et al., "Primer: searching for efficient transformers for language modeling" (2021).
    """
    return ops.square(ops.relu(x))


@keras.saving.register_keras_serializable("medl")
class GatedFeedForward(FeedForward):
    """SwiGLU: one product gates the other one.

    output_t = (S(x_t W_1) ⊙ (x_t W_3)) W_2,   S(a) = a σ_Sig(a)

    There are three kernels in place of two. With d_inner = ⅔ of a plain network's width, weights and multiplications
    are the same (``same_cost``).

    Args:
        d_inner: width between the layers.
        activation: S.
        use_bias: whether the three products have biases.

    Shapes: x (batch, seq, d_model), output (batch, seq, d_model).

    References: Shazeer, "GLU variants improve transformer" (2020).
    """

    def __init__(self, d_inner, activation="silu", use_bias=False, **kwargs):
        super().__init__(d_inner, activation, use_bias, **kwargs)

    def build(self, input_shape):
        """Create the three dense layers."""
        super().build(input_shape)
        options = {"use_bias": self.use_bias, "dtype": self.dtype_policy}
        self.gated = keras.layers.Dense(self.d_inner, name="gated", **options)
        self.gated.build(input_shape)

    def call(self, x):
        """(S(x_t W_1) ⊙ (x_t W_3)) W_2 at each place t."""
        return self.outer(self.inner(x) * self.gated(x))


def same_cost(d_inner):
    """The width of a gated network with as many weights as a plain one of width d_inner: ⅔ of it, rounded."""
    return round(2 * d_inner / 3)
