"""The GRU cell: one state, and gates that say how much of it stays (§7.3)."""

import keras
from keras import ops

from units.u08_sequence.rnn_cell import GatedCell


@keras.saving.register_keras_serializable("medl")
class GRUCell(GatedCell):
    """Gated recurrent unit, with the reset gate behind the product (as Keras and cuDNN do it).

        z = σ(x_t W_z + h_{t−1} U_z + b_z + b'_z),   r = σ(x_t W_r + h_{t−1} U_r + b_r + b'_r)
        g = tanh(x_t W_g + b_g + r ∘ (h_{t−1} U_g + b'_g))
        h_t = z ∘ h_{t−1} + (1 − z) ∘ g

    The weights are those of ``keras.layers.GRUCell`` with ``reset_after=True``, in the same order; b and b' are the two
    rows of ``bias``.

    Shapes: inputs x_t (batch, features), state h (batch, units); the output is the new state.

    References: Cho et al., "Learning phrase representations using RNN encoder–decoder" (2014).
    """

    gates = 3

    def bias_shape(self, width):
        """The shape of b and b'."""
        return (2, width)

    def call(self, x, states, training=False):
        """One step: the output and the list of new states."""
        (h,) = states
        b, b_recurrent = ops.unstack(ops.convert_to_tensor(self.bias), 2)
        x_z, x_r, x_g = ops.split(ops.matmul(x, self.kernel) + b, 3, axis=-1)
        h_z, h_r, h_g = ops.split(ops.matmul(h, self.recurrent_kernel) + b_recurrent, 3, axis=-1)
        z, r = ops.sigmoid(x_z + h_z), ops.sigmoid(x_r + h_r)
        # g = tanh(x_t W_g + b_g + r ∘ (h_{t−1} U_g + b'_g))
        g = ops.tanh(x_g + r * h_g)
        # h_t = z ∘ h_{t−1} + (1 − z) ∘ g
        h = z * h + (1 - z) * g
        return h, [h]
