"""The LSTM cell: a memory that gates fill, keep and read (§7.3)."""

import keras
from keras import ops

from units.u08_sequence.rnn_cell import GatedCell


@keras.saving.register_keras_serializable("medl")
class LSTMCell(GatedCell):
    """Long short-term memory.

        (i, f, g, o) = x_t W + h_{t−1} U + b,   cut into four parts of length units
        c_t = σ(f) ∘ c_{t−1} + σ(i) ∘ tanh(g)
        h_t = σ(o) ∘ tanh(c_t)

    Where the forget gate σ(f) is near 1, ∂c_t/∂c_{t−1} is near 1 too: the gradient passes many steps. So b begins with
    1 for f. The weights are those of ``keras.layers.LSTMCell``, in the same order.

    Shapes: inputs x_t (batch, features), states h and c (batch, units); the output is h.

    References: Hochreiter, Schmidhuber, "Long short-term memory" (1997); Gers, Schmidhuber, Cummins, "Learning to
    forget" (2000).
    """

    gates = 4

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        self.state_size = [units, units]

    def build(self, input_shape):
        """Make the weights; the forget gate begins open."""
        super().build(input_shape)
        ones = ops.ones((self.units,), self.bias.dtype)
        i, _, g, o = ops.split(ops.convert_to_tensor(self.bias), 4)
        self.bias.assign(ops.concatenate([i, ones, g, o]))

    def call(self, x, states, training=False):
        """One step: the output h and the new states [h, c]."""
        h, c = states
        i, f, g, o = ops.split(
            ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel) + self.bias, 4, axis=-1
        )
        # c_t = σ(f) ∘ c_{t−1} + σ(i) ∘ tanh(g)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        # h_t = σ(o) ∘ tanh(c_t)
        h = ops.sigmoid(o) * ops.tanh(c)
        return h, [h, c]
