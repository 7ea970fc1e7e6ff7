"""Backpropagation through time by hand, for the basic recurrent network (§7.2)."""

from typing import NamedTuple

from keras import ops

from units.u05_convolution.required_shape import require_shape


class Gradients(NamedTuple):
    """The derivatives of the cost C that ``backpropagation_through_time`` returns, in the shapes of their variables."""

    kernel: object
    recurrent_kernel: object
    bias: object
    initial_state: object
    x: object


def hidden_states(x, W, U, b, h0):
    """All hidden states of a basic recurrent network with tanh.

    a_t = x_t W + h_{t−1} U + b,   h_t = tanh(a_t)

    Args:
        x: shape (batch, seq, features).
        W: kernel, shape (features, units).
        U: recurrent kernel, shape (units, units).
        b: bias, shape (units,).
        h0: h_0, shape (batch, units).

    Returns:
        The list h_0, h_1, …, h_T of length seq + 1.

    Raises:
        ValueError: the shapes do not fit.
    """
    x, W, U, b, h0 = (ops.convert_to_tensor(v) for v in (x, W, U, b, h0))
    _require_shapes(x, W, U)
    require_shape("b", b, U.shape[0])
    require_shape("h0", h0, x.shape[0], U.shape[0])
    states = [h0]
    for t in range(x.shape[1]):
        states.append(ops.tanh(ops.matmul(x[:, t], W) + ops.matmul(states[-1], U) + b))
    return states


def backpropagation_through_time(x, states, W, U, by_states):
    """The gradients of a cost that depends on all hidden states.

    δ_t = ∂C/∂a_t = (1 − h_t²) ⊙ (D_t + δ_{t+1} Uᵀ),   δ_{T+1} = 0
    ∂C/∂W = ∑_t x_tᵀ δ_t,   ∂C/∂U = ∑_t h_{t−1}ᵀ δ_t,   ∂C/∂b = ∑_t δ_t
    ∂C/∂x_t = δ_t Wᵀ,   ∂C/∂h_0 = δ_1 Uᵀ

    D_t is what reaches h_t from the outputs of step t alone; δ_{t+1} Uᵀ is what comes back from the future. The same
    W, U and b are used at every step, so their gradients are sums over the steps.

    Args:
        x: shape (batch, seq, features).
        states: h_0, …, h_T as ``hidden_states`` returns them.
        W: shape (features, units).
        U: shape (units, units).
        by_states: D, shape (batch, seq, units).

    Returns:
        ``Gradients``.

    Raises:
        ValueError: the shapes do not fit, or there is no step.
    """
    x, W, U, by_states = (ops.convert_to_tensor(v) for v in (x, W, U, by_states))
    _require_shapes(x, W, U)
    batch, seq, _ = x.shape
    if seq < 1 or len(states) != seq + 1:
        raise ValueError(
            f"states are h_0, …, h_T for T = {seq} steps, at least one: {seq + 1}, not {len(states)}."
        )
    for t, h in enumerate(states):
        require_shape(f"h_{t}", h, batch, U.shape[0])
    require_shape("by_states", by_states, batch, seq, U.shape[0])
    delta = ops.zeros_like(states[0])
    by_kernel, by_recurrent, by_bias = ops.zeros_like(W), ops.zeros_like(U), ops.zeros_like(U[0])
    by_x = []
    for t in range(x.shape[1], 0, -1):
        delta = (1 - states[t] ** 2) * (by_states[:, t - 1] + ops.matmul(delta, ops.transpose(U)))
        by_kernel = by_kernel + ops.matmul(ops.transpose(x[:, t - 1]), delta)
        by_recurrent = by_recurrent + ops.matmul(ops.transpose(states[t - 1]), delta)
        by_bias = by_bias + ops.sum(delta, axis=0)
        by_x.append(ops.matmul(delta, ops.transpose(W)))
    by_initial = ops.matmul(delta, ops.transpose(U))
    return Gradients(by_kernel, by_recurrent, by_bias, by_initial, ops.stack(by_x[::-1], axis=1))


def _require_shapes(x, W, U):
    require_shape("x", x, "batch", "seq", "features")
    require_shape("U", U, "units", "units")
    require_shape("U", U, U.shape[0], U.shape[0])
    require_shape("W", W, x.shape[2], U.shape[0])
