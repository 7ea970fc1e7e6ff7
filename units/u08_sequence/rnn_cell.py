"""The basic recurrent cell: a state that every input changes (§7.2)."""

import keras
from keras import layers, ops


class GatedCell(layers.Layer):
    """What the three cells share: the kernels of all their gates, side by side as in Keras.

    Args:
        units: length of the state.

    Attributes:
        kernel: W, shape (features, gates · units).
        recurrent_kernel: U, shape (units, gates · units).
        bias: b, shape (gates · units,).
    """

    gates = 1

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(units, int) or units < 1:
            raise ValueError(f"units must be a whole number of at least 1, not {units!r}.")
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape):
        """Make W with Glorot's, U with orthogonal and b with zero initial values."""
        width = self.gates * self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width), initializer="glorot_uniform", name="kernel"
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width), initializer="orthogonal", name="recurrent_kernel"
        )
        self.bias = self.add_weight(shape=self.bias_shape(width), initializer="zeros", name="bias")

    def bias_shape(self, width):
        """The shape of b."""
        return (width,)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("medl")
class RNNCell(GatedCell):
    """h_t = tanh(x_t W + h_{t−1} U + b)

    A cell computes one step; ``keras.layers.RNN(RNNCell(units))`` unrolls it over a sequence with the same weights in
    every step. The weights are those of ``keras.layers.SimpleRNNCell``, in the same order.

    Shapes: inputs x_t (batch, features), state h (batch, units); the output is the new state.
    """

    def call(self, x, states, training=False):
        """One step: the output and the list of new states."""
        (h,) = states
        h = ops.tanh(ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias)
        return h, [h]
