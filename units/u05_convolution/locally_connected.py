"""A convolution without shared weights: every position has a kernel of its own (§6.2)."""

import keras
from keras import ops

from units.u05_convolution.output_size import one_for_each_axis, output_size, zeros_added


@keras.saving.register_keras_serializable("medl")
class LocallyConnected1D(keras.layers.Layer):
    """Windows of a signal, each with its own weights.

    z[i] = ∑_u W_i[u]ᵀ x[s i + u] + b_i,   i = 0, …, positions − 1

    ``keras.layers.Conv1D`` computes the same with W_i = W and b_i = b. So this layer keeps one part of what a
    convolution assumes, that neighbours belong together, and drops the other, that positions are alike.

    Args:
        filters: channels of the output.
        kernel_size: k, numbers of a window.
        strides: s.
        padding: ``"valid"`` or ``"same"``, as in Keras.
        activation: a name that Keras knows or a function.

    Shapes: x is (batch, seq, channels), the output is (batch, positions, filters); W has the shape
    (positions, k, channels, filters).

    Raises:
        ValueError: an argument that has no meaning, or a signal that is shorter than a window.

    Example:
    >>> tuple(LocallyConnected1D(25, 5, strides=2, padding="same")(ops.zeros((1, 40, 1))).shape)
    (1, 20, 25)
    """

    def __init__(self, filters, kernel_size, strides=1, padding="valid", activation=None, **kwargs):
        super().__init__(**kwargs)
        (self.filters,) = one_for_each_axis(filters, 1, "filters")
        (self.kernel_size,) = one_for_each_axis(kernel_size, 1, "kernel_size")
        (self.strides,) = one_for_each_axis(strides, 1, "strides")
        if padding not in ("valid", "same"):
            raise ValueError(f'padding must be "valid" or "same", not {padding!r}.')
        self.padding = padding
        self.activation = keras.activations.get(activation)

    def _positions(self, length):
        """The number of windows, and the zeros before and behind the signal."""
        window = length, self.kernel_size, self.strides, self.padding
        return output_size(*window), zeros_added(*window)

    def build(self, input_shape):
        """W_i as for a dense layer of its window, b_i = 0."""
        length, channels = input_shape[1:]
        if length is None:
            raise ValueError(
                "Each position has weights of its own, so the length of the signal has to be known."
            )
        positions, _ = self._positions(length)
        fan_in, fan_out = self.kernel_size * channels, self.kernel_size * self.filters
        limit = (6 / (fan_in + fan_out)) ** 0.5  # Glorot's, of one position
        self.kernel = self.add_weight(
            shape=(positions, self.kernel_size, channels, self.filters),
            initializer=keras.initializers.RandomUniform(-limit, limit),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(positions, self.filters), initializer="zeros", name="bias")

    def call(self, x):
        """S(z)."""
        positions, zeros = self._positions(x.shape[1])
        x = ops.pad(x, ((0, 0), zeros, (0, 0)))
        # entry u of all windows at once: x[u], x[u + s], …
        reach = self.strides * (positions - 1) + 1
        entries = [x[:, u : u + reach : self.strides] for u in range(self.kernel_size)]
        windows = ops.stack(entries, axis=2)
        # z[i] = ∑_u W_i[u]ᵀ x[s i + u] + b_i
        return self.activation(ops.einsum("bpkc,pkcf->bpf", windows, self.kernel) + self.bias)

    def compute_output_shape(self, input_shape):
        """(batch, positions, filters)."""
        return (input_shape[0], self._positions(input_shape[1])[0], self.filters)

    def get_config(self):
        """The arguments of ``__init__``."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "activation": keras.activations.serialize(self.activation),
        }
