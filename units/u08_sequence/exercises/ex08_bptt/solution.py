"""Truncated backpropagation through time by hand, with the gradient of the initial state."""

from keras import ops


def states(x, h0, W, U, b):
    """The hidden states of a basic recurrent network with an initial state.

    h_t = tanh(x_t W + h_{t−1} U + b)

    Args:
        x: inputs, shape (batch, seq, features).
        h0: h_0, shape (batch, units).
        W: kernel, shape (features, units).
        U: recurrent kernel, shape (units, units).
        b: bias, shape (units,).

    Returns:
        h_0, h_1, …, h_T, shape (batch, seq + 1, units).
    """
    found = [h0]
    for t in range(x.shape[1]):
        found.append(ops.tanh(ops.matmul(x[:, t], W) + ops.matmul(found[-1], U) + b))
    return ops.stack(found, axis=1)


def truncated_gradients(x, h0, W, U, b, D, window):
    """The gradients if the sequence is cut into windows, and no gradient goes from a window into the one before it.

    Windows are the steps 1 … w, w + 1 … 2w, and so on; the last one may be shorter. The state goes through.
    δ_t = (1 − h_t²) ⊙ (D_t + δ_{t+1} Uᵀ), where δ_{t+1} is replaced by 0 if t + 1 is the first step of a window.

    Args:
        x: inputs, shape (batch, seq, features).
        h0: h_0, shape (batch, units).
        W: kernel, shape (features, units).
        U: recurrent kernel, shape (units, units).
        b: bias, shape (units,).
        D: D_t, the derivative of the cost with respect to h_t as an output of step t, shape (batch, seq, units).
        window: w, an int, at least 1.

    Returns:
        The dict with the keys "W", "U", "b" and "h0" of the gradients, each of the shape of its array.
    """
    h = states(x, h0, W, U, b)
    delta = ops.zeros_like(h0)
    by_W, by_U, by_b = ops.zeros_like(W), ops.zeros_like(U), ops.zeros_like(b)
    for t in range(x.shape[1], 0, -1):
        back = ops.matmul(delta, ops.transpose(U))
        if t % window == 0:
            back = ops.zeros_like(back)
        delta = (1 - h[:, t] ** 2) * (D[:, t - 1] + back)
        by_W = by_W + ops.matmul(ops.transpose(x[:, t - 1]), delta)
        by_U = by_U + ops.matmul(ops.transpose(h[:, t - 1]), delta)
        by_b = by_b + ops.sum(delta, axis=0)
    return {"W": by_W, "U": by_U, "b": by_b, "h0": ops.matmul(delta, ops.transpose(U))}


def clip_by_norm(gradients, bound):
    """All gradients multiplied by one factor, so that their norm together is at most the bound.

    Args:
        gradients: a dict of arrays.
        bound: the largest norm, above 0.

    Returns:
        A dict with the same keys. If the norm is below the bound, the gradients stay as they are.
    """
    norm = ops.sqrt(sum(ops.sum(g**2) for g in gradients.values()))
    factor = bound / ops.maximum(norm, bound)
    return {name: factor * g for name, g in gradients.items()}
