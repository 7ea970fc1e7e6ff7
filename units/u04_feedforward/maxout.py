"""Maxout: a unit with a learned activation, the largest of several affine maps (§5.3)."""

import keras
from keras import ops

from course.validation import floats
from units.u03_optimization.hyperparameters import check_size


def maxout(z):
    """The largest piece.

    a = max_k z_k

    Args:
        z: shape (batch, …, units, pieces).

    Returns:
        A tensor of shape (batch, …, units).
    """
    # a = max_k z_k
    return ops.max(floats(z), axis=-1)


def maxout_derivative(z):
    """∂a/∂z_k = 1 for the (first) largest piece, 0 for the others.

    Args:
        z: shape (batch, …, units, pieces).

    Returns:
        A tensor of the shape of ``z``.
    """
    z = floats(z)
    # ∂a/∂z_k
    return ops.one_hot(ops.argmax(z, axis=-1), z.shape[-1], dtype=z.dtype)


@keras.saving.register_keras_serializable("medl")
class Maxout(keras.layers.Layer):
    """A fully connected layer whose units are convex, piecewise linear and learned.

    z_{jk} = w_{jk}ᵀ a + b_{jk},   a_j = max_k z_{jk}

    Two pieces can be ReLU (0 and z), leaky ReLU (ηz and z) or |z| (−z and z); with enough pieces any convex
    function can be approximated with any precision.

    Args:
        units: length of the output.
        pieces: affine maps for each unit.
        initializer: of the weights; it gets a kernel of shape (features, units · pieces).

    Shapes: (batch, …, features) to (batch, …, units). W is (units, pieces, features), b is (units, pieces).

    Raises:
        ValueError: units or pieces are not positive whole numbers, or the number of features is unknown.

    References: Goodfellow, Warde-Farley, Mirza, Courville, Bengio, "Maxout networks", ICML 2013.
    """

    def __init__(self, units, pieces=2, initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units, self.pieces = check_size("units", units), check_size("pieces", pieces)
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape):
        """Create W and b."""
        if input_shape[-1] is None:
            raise ValueError(f"Maxout needs inputs with a known number of features, got {input_shape}.")

        def rows(shape, dtype=None):
            kernel = self.initializer((shape[2], shape[0] * shape[1]), dtype=dtype)
            return ops.reshape(ops.transpose(kernel), shape)

        self.W = self.add_weight(name="W", shape=(self.units, self.pieces, input_shape[-1]), initializer=rows)
        self.b = self.add_weight(name="b", shape=(self.units, self.pieces), initializer="zeros")

    def call(self, a):
        """a_j = max_k (w_{jk}ᵀ a + b_{jk})."""
        # z_{jk} = w_{jk}ᵀ a + b_{jk}
        z = ops.tensordot(a, self.W, axes=[[-1], [2]]) + self.b
        return maxout(z)

    def compute_output_shape(self, input_shape):
        """The last axis becomes ``units``."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "initializer": keras.initializers.serialize(self.initializer),
        }
