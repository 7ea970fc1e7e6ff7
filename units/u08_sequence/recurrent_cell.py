"""What the recurrent cells of this unit share: units, weights in Keras's layout, config (§7.2)."""

import keras
from keras import ops


class RecurrentCell(keras.layers.Layer):
    """A cell for ``keras.layers.RNN``: one step of a recurrence.

    (y_t, states_t) = cell(x_t, states_{t−1})

    A subclass has a number of ``gates`` and a method ``call(x, states)``. The kernels of all gates stand side by side.

    Args:
        units: size of the hidden state h.
        use_bias: whether b is added.
        kernel_initializer, recurrent_initializer, bias_initializer: names or Keras initializers of W, U and b.

    Shapes: x_t (batch, features), each state (batch, units), kernel W (features, gates · units), recurrent kernel U
    (units, gates · units), bias b (gates · units,).

    Raises:
        ValueError: units is not a positive integer, or the number of features is unknown.
    """

    gates = 1

    def __init__(
        self,
        units,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if isinstance(units, bool) or not isinstance(units, int) or units < 1:
            raise ValueError(f"units must be a positive integer, not {units!r}.")
        self.units, self.use_bias = units, use_bias
        self.state_size = self.output_size = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        """Create W, U and b for the features of the input."""
        if len(input_shape) != 2 or input_shape[-1] is None:
            raise ValueError(
                f"{type(self).__name__} takes one step (batch, features) with a known number of features, got "
                f"{tuple(input_shape)}; keras.layers.RNN or unroll runs it over a sequence."
            )
        width = self.gates * self.units
        self.kernel = self.add_weight(
            name="kernel", shape=(input_shape[-1], width), initializer=self.kernel_initializer
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, width), initializer=self.recurrent_initializer
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=self.bias_shape(), initializer=self.first_bias)

    def first_bias(self, shape, dtype=None):
        """What b starts at."""
        return self.bias_initializer(shape, dtype=dtype)

    def bias_shape(self):
        """(gates · units,)."""
        return (self.gates * self.units,)

    def weighted_sum(self, x, h):
        """x_t W + h_{t−1} U + b, shape (batch, gates · units)."""
        a = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)
        return a if self.bias is None else a + self.bias

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "recurrent_initializer": keras.initializers.serialize(self.recurrent_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }
