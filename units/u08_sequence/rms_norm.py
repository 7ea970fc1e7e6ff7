"""Root mean square normalization: LayerNorm without the mean and without a bias (§7.5, ☆)."""

import keras
from keras import ops

from course.validation import precise_floats


@keras.saving.register_keras_serializable("medl")
class RMSNorm(keras.layers.Layer):
    """Divide by the root mean square of the channels; equal to ``keras.layers.RMSNormalization``.

    output = γ ⊙ x / √((1/d) ∑_i x_i² + ε)

    LayerNorm subtracts the mean first. Without it there is one pass over the channels less and no bias, and networks
    train as well.

    Args:
        epsilon: ε.

    Shapes: x (..., d), scale γ (d,), output (..., d).

    References: Zhang and Sennrich, "Root mean square layer normalization" (2019).
    """

    def __init__(self, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.supports_masking = True

    def build(self, input_shape):
        """Create γ."""
        self.scale = self.add_weight(name="scale", shape=(input_shape[-1],), initializer="ones")

    def call(self, x):
        """γ ⊙ x / √(mean x² + ε); the mean is computed in float32, or in float64 if x is."""
        wide = precise_floats(x)
        size = ops.rsqrt(ops.mean(ops.square(wide), axis=-1, keepdims=True) + self.epsilon)
        return ops.cast(wide * size, x.dtype) * self.scale

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "epsilon": self.epsilon}
