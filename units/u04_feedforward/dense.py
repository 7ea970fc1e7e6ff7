"""The layer of the book: an affine map, then an activation in every unit (§5.1)."""

import keras
from keras import ops

from units.u03_optimization.hyperparameters import check_size


@keras.saving.register_keras_serializable("medl")
class Dense(keras.layers.Layer):
    """A fully connected layer, equal to ``keras.layers.Dense`` with the weights in the book's shape.

    One sample, a column:         z = W a + b,          a_out = S(z)
    A mini-batch, samples as rows: Z = A Wᵀ + 1 bᵀ,     A_out = S(Z)

    W has one **row** for each unit, shape (units, features). Keras stores the transpose, ``kernel`` = Wᵀ of shape
    (features, units), because it multiplies rows: Z = A · kernel + b. Both are the same layer; ``set_kernel`` and
    ``kernel`` translate.

    Args:
        units: length of z.
        activation: S, a name that Keras knows, a function, or None for S(z) = z.
        initializer: of W, a name or a Keras initializer. It gets the shape of the kernel Wᵀ, so that
            fan-in and fan-out are the axes that Keras expects; the bias starts at 0.
        regularizer: of W, added to ``losses``; or None.
        constraint: of W after every update; the incoming weights of a unit lie along axis 1. Or None.

    Shapes: input (batch, …, features), output (batch, …, units).

    Raises:
        ValueError: ``units`` is not a positive whole number, or the input has no axis of features.

    Example:
    >>> layer = Dense(3, activation="relu")
    >>> tuple(layer(ops.ones((2, 5))).shape), tuple(layer.W.shape)
    ((2, 3), (3, 5))
    """

    def __init__(
        self,
        units,
        activation=None,
        initializer="glorot_uniform",
        regularizer=None,
        constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = check_size("units", units)
        self.activation = keras.activations.get(activation)
        self.initializer = keras.initializers.get(initializer)
        self.regularizer = keras.regularizers.get(regularizer)
        self.constraint = keras.constraints.get(constraint)
        self.supports_masking = True

    def build(self, input_shape):
        """Create W and b for the number of features of the input."""
        if len(input_shape) < 2 or input_shape[-1] is None:
            raise ValueError(
                f"Dense needs inputs (batch, …, features) with a known number of features, got {input_shape}."
            )

        def transposed(shape, dtype=None):
            return ops.transpose(self.initializer(shape[::-1], dtype=dtype))

        self.W = self.add_weight(
            name="W",
            shape=(self.units, input_shape[-1]),
            initializer=transposed,
            regularizer=self.regularizer,
            constraint=self.constraint,
        )
        self.b = self.add_weight(name="b", shape=(self.units,), initializer="zeros")

    def affine(self, a):
        """Z = A Wᵀ + 1 bᵀ, before the activation."""
        # Z = A Wᵀ + 1 bᵀ
        return ops.matmul(a, ops.transpose(self.W)) + self.b

    def call(self, a):
        """A_out = S(Z)."""
        return self.activation(self.affine(a))

    @property
    def kernel(self):
        """What Keras calls the kernel: Wᵀ, shape (features, units)."""
        return ops.transpose(self.W)

    def set_kernel(self, kernel, bias):
        """Copy the weights of a ``keras.layers.Dense``: W ← kernelᵀ, b ← bias."""
        self.W.assign(ops.transpose(kernel))
        self.b.assign(bias)

    def compute_output_shape(self, input_shape):
        """The last axis becomes ``units``."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "initializer": keras.initializers.serialize(self.initializer),
            "regularizer": keras.regularizers.serialize(self.regularizer),
            "constraint": keras.constraints.serialize(self.constraint),
        }
