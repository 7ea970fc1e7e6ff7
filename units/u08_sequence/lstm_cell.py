"""The cell of a long short-term memory network (§7.3)."""

import keras
from keras import ops

from units.u08_sequence.recurrent_cell import RecurrentCell


@keras.saving.register_keras_serializable("medl")
class LSTMCell(RecurrentCell):
    """Long short-term memory, equal to ``keras.layers.LSTMCell`` with the same weights.

    (i, f, g, o) = x_t W + h_{t−1} U + b, four blocks of units
    c_t = σ_Sig(f) ⊙ c_{t−1} + σ_Sig(i) ⊙ tanh(g)
    h_t = σ_Sig(o) ⊙ tanh(c_t)

    The memory c is changed by a product and a sum only, so its derivative ∂c_t/∂c_{t−1} along this path is the
    forget gate σ_Sig(f). With the bias of f at 1 the gate begins at 0.73, with a larger one nearer to 1.

    Args:
        units: size of h and of c.
        forget_bias: what the bias of f starts at; the other biases come from ``bias_initializer``.
        others: see ``RecurrentCell``.

    References: Hochreiter and Schmidhuber, 1997; Gers, Schmidhuber and Cummins, 2000 (the forget gate).
    """

    gates = 4

    def __init__(self, units, forget_bias=1.0, **kwargs):
        super().__init__(units, **kwargs)
        self.forget_bias = forget_bias
        self.state_size = [units, units]

    def first_bias(self, shape, dtype=None):
        """What b starts at: ``forget_bias`` for f, and ``bias_initializer`` for the others."""
        i, f, g, o = ops.split(super().first_bias(shape, dtype), 4)
        return ops.concatenate([i, ops.full_like(f, self.forget_bias), g, o])

    def call(self, x, states):
        """(h_t, [h_t, c_t]) of x_t, shape (batch, features), and [h_{t−1}, c_{t−1}]."""
        h, c = states
        i, f, g, o = ops.split(self.weighted_sum(x, h), 4, axis=-1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        h = ops.sigmoid(o) * ops.tanh(c)
        return h, [h, c]

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "forget_bias": self.forget_bias}
