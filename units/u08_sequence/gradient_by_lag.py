"""How much of a gradient is left after k steps back in time (§7.2)."""

from keras import ops

import course


def gradient_by_lag(layer, x):
    """The mean norm of the gradient of the last output in the inputs, by how many steps they lie back.

        ‖∂(uᵀ h_T)/∂x_{T−k}‖,   k = 0, …, T − 1,   u with the entries ±1 in turn

    In a linear recurrence h_t = λ h_{t−1} + x_t this is λ^k times a constant; in ``RNNCell`` every step back multiplies
    by Uᵀ diag(1 − h²), so the gradient vanishes or explodes exponentially with k.

    Args:
        layer: maps (batch, seq, features) to the last output (batch, units), such as ``keras.layers.RNN``.
        x: shape (batch, seq, features).

    Returns:
        Norms over the features, averaged over the batch, shape (seq,); k = 0 comes first.
    """
    h, pullback = course.vjp(layer, [ops.convert_to_tensor(x, "float32")])
    u = ops.broadcast_to(1 - 2 * ops.cast(ops.arange(h.shape[-1]) % 2, h.dtype), h.shape)
    (gradient,) = pullback(u)
    norms = ops.mean(ops.sqrt(ops.sum(gradient**2, axis=-1)), axis=0)
    return ops.convert_to_numpy(norms)[::-1]
