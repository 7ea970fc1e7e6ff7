"""The cell of a basic recurrent network (§7.2)."""

import keras

from units.u08_sequence.recurrent_cell import RecurrentCell


@keras.saving.register_keras_serializable("medl")
class RNNCell(RecurrentCell):
    """A basic recurrent cell, equal to ``keras.layers.SimpleRNNCell`` with the same weights.

    h_t = S(x_t W + h_{t−1} U + b)

    Args:
        units: size of h.
        activation: S, a name that Keras knows, a function, or None for a linear recurrence.
        others: see ``RecurrentCell``.

    Example:
    >>> tuple(keras.layers.RNN(RNNCell(5), return_sequences=True)(ops.ones((2, 7, 3))).shape)
    (2, 7, 5)
    """

    def __init__(self, units, activation="tanh", **kwargs):
        super().__init__(units, **kwargs)
        self.activation = keras.activations.get(activation)

    def call(self, x, states):
        """(h_t, [h_t]) of x_t, shape (batch, features), and [h_{t−1}]."""
        (h,) = states
        h = self.activation(self.weighted_sum(x, h))
        return h, [h]

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "activation": keras.activations.serialize(self.activation)}
