"""Leaky ReLU with a trained slope (§5.3)."""

import keras
from keras import ops

from course.validation import floats
from units.u04_feedforward.rectifiers import leaky_relu


@keras.saving.register_keras_serializable("medl")
class PReLU(keras.layers.Layer):
    """Parametric ReLU: the slope for z ≤ 0 is a trained parameter of each feature.

    S(z)_j = z_j for z_j > 0, and η_j z_j for z_j ≤ 0,   ∂S_j/∂z_j = 1 or η_j,   ∂S_j/∂η_j = min(0, z_j)

    Args:
        start: η_j before training, 0.25 as in the paper; Keras starts from 0.

    Shapes: (batch, …, features) to the same; η has shape (features,).

    Example:
    >>> ops.convert_to_numpy(PReLU()(np.array([[-4.0, 2.0]])))
    array([[-1.,  2.]], dtype=float32)

    References: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
    """

    def __init__(self, start=0.25, **kwargs):
        super().__init__(**kwargs)
        self.start = start
        self.supports_masking = True

    def build(self, input_shape):
        """Create η."""
        self.alpha = self.add_weight(
            name="alpha", shape=(input_shape[-1],), initializer=keras.initializers.Constant(self.start)
        )

    def call(self, z):
        """S(z)."""
        return leaky_relu(z, ops.convert_to_tensor(self.alpha))

    def compute_output_shape(self, input_shape):
        """The shape of the input."""
        return input_shape

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "start": self.start}


def prelu_derivatives(z, alpha):
    """∂S/∂z and ∂S/∂η, element by element; the gradient for η is the sum of the latter over the batch.

    Args:
        z: shape (batch, features).
        alpha: η, shape (features,).

    Returns:
        Two tensors of shape (batch, features).

    Raises:
        ValueError: η is not one number for each feature.
    """
    z, alpha = floats(z), floats(alpha)
    if tuple(alpha.shape) != tuple(z.shape[-1:]):
        raise ValueError(
            f"alpha must have shape (features,), {tuple(z.shape[-1:])}, got {tuple(alpha.shape)}."
        )
    # ∂S/∂z = 1 or η,   ∂S/∂η = min(0, z)
    return ops.where(z > 0, ops.ones_like(z), alpha), ops.where(z > 0, ops.zeros_like(z), z)
