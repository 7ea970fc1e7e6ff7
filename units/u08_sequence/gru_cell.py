"""The cell of a gated recurrent unit, in both of its versions (§7.3)."""

import keras
from keras import ops

from units.u08_sequence.recurrent_cell import RecurrentCell


@keras.saving.register_keras_serializable("medl")
class GRUCell(RecurrentCell):
    """A gated recurrent unit, equal to ``keras.layers.GRUCell`` with the same weights.

    z = σ_Sig(x_t W_z + h_{t−1} U_z + b_z),   r = σ_Sig(x_t W_r + h_{t−1} U_r + b_r)
    g = tanh(x_t W_g + r ⊙ (h_{t−1} U_g + b'_g) + b_g)     with reset_after (cuDNN's version, Keras's default)
    g = tanh(x_t W_g + (r ⊙ h_{t−1}) U_g + b_g)            without (the version of the paper)
    h_t = z ⊙ h_{t−1} + (1 − z) ⊙ g

    With reset_after there are two biases, one for x and one for h, so b has the shape (2, 3 · units).

    Args:
        units: size of h.
        reset_after: whether the reset gate r is applied after the product with U_g, or before.
        others: see ``RecurrentCell``.

    References: Cho et al., Learning phrase representations using RNN encoder–decoder, 2014.
    """

    gates = 3

    def __init__(self, units, reset_after=True, **kwargs):
        super().__init__(units, **kwargs)
        self.reset_after = reset_after

    def bias_shape(self):
        """(3 · units,), or (2, 3 · units) with reset_after."""
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def call(self, x, states):
        """(h_t, [h_t]) of x_t, shape (batch, features), and [h_{t−1}]."""
        (h,) = states
        a = ops.matmul(x, self.kernel)
        if self.bias is not None:
            a = a + (self.bias[0] if self.reset_after else self.bias)
        x_z, x_r, x_g = ops.split(a, 3, axis=-1)
        if self.reset_after:
            a = ops.matmul(h, self.recurrent_kernel)
            if self.bias is not None:
                a = a + self.bias[1]
            h_z, h_r, h_g = ops.split(a, 3, axis=-1)
        else:
            gates = ops.matmul(h, self.recurrent_kernel[:, : 2 * self.units])
            h_z, h_r = ops.split(gates, 2, axis=-1)
        z, r = ops.sigmoid(x_z + h_z), ops.sigmoid(x_r + h_r)
        if self.reset_after:
            g = ops.tanh(x_g + r * h_g)
        else:
            g = ops.tanh(x_g + ops.matmul(r * h, self.recurrent_kernel[:, 2 * self.units :]))
        h = z * h + (1 - z) * g
        return h, [h]

    def get_config(self):
        """The arguments of ``__init__``."""
        return {**super().get_config(), "reset_after": self.reset_after}
