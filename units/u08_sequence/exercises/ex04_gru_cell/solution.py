"""Steps of gated cells: the two versions of the GRU, and the minimal gated unit."""

from keras import ops


def gru_step(x, h, W, U, b, b_recurrent, reset_after):
    """One step of a gated recurrent unit.

    z = σ_Sig(x W_z + h U_z + b_z + b'_z),   r = σ_Sig(x W_r + h U_r + b_r + b'_r)
    g = tanh(x W_g + b_g + r ⊙ (h U_g + b'_g))     with reset_after
    g = tanh(x W_g + b_g + (r ⊙ h) U_g + b'_g)     without
    next h = z ⊙ h + (1 − z) ⊙ g

    Args:
        x: input, shape (batch, features).
        h: state, shape (batch, units).
        W: the kernels W_z, W_r, W_g side by side, shape (features, 3 · units).
        U: the recurrent kernels, shape (units, 3 · units).
        b: the biases b_z, b_r, b_g, shape (3 · units,).
        b_recurrent: the biases b', shape (3 · units,).
        reset_after: a bool, which version.

    Returns:
        The next state, shape (batch, units).
    """
    units = U.shape[0]
    x_z, x_r, x_g = ops.split(ops.matmul(x, W) + b, 3, axis=-1)
    b_z, b_r, b_g = ops.split(b_recurrent, 3, axis=-1)
    U_z, U_r, U_g = U[:, :units], U[:, units : 2 * units], U[:, 2 * units :]
    z = ops.sigmoid(x_z + ops.matmul(h, U_z) + b_z)
    r = ops.sigmoid(x_r + ops.matmul(h, U_r) + b_r)
    after = r * (ops.matmul(h, U_g) + b_g)
    before = ops.matmul(r * h, U_g) + b_g
    g = ops.tanh(x_g + (after if reset_after else before))
    return z * h + (1 - z) * g


def minimal_step(x, h, W, U, b):
    """One step of the minimal gated unit: one gate does the work of both.

    f = σ_Sig(x W_f + h U_f + b_f),   g = tanh(x W_g + (f ⊙ h) U_g + b_g)
    next h = (1 − f) ⊙ h + f ⊙ g

    Args:
        x: input, shape (batch, features).
        h: state, shape (batch, units).
        W: the kernels W_f, W_g side by side, shape (features, 2 · units).
        U: the recurrent kernels, shape (units, 2 · units).
        b: the biases, shape (2 · units,).

    Returns:
        The next state, shape (batch, units).
    """
    units = U.shape[0]
    x_f, x_g = ops.split(ops.matmul(x, W) + b, 2, axis=-1)
    f = ops.sigmoid(x_f + ops.matmul(h, U[:, :units]))
    g = ops.tanh(x_g + ops.matmul(f * h, U[:, units:]))
    return (1 - f) * h + f * g


def bias_for_memory(steps, share):
    """The bias of the gate z that keeps a share of the state for a number of steps.

    With W_z = U_z = 0 the gate is z = σ_Sig(bias), and z^steps of the first state is left. Solve z^steps = share.

    Args:
        steps: a number of steps, at least 1.
        share: what is to be left, between 0 and 1.

    Returns:
        The bias, a number.
    """
    z = ops.power(ops.cast(share, "float32"), 1.0 / steps)
    return ops.log(z / (1 - z))
