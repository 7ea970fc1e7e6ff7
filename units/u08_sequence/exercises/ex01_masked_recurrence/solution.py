"""A recurrence over padded sequences: states, their mean, and the reversed sequences."""

from keras import ops


def recurrence(x, mask, W, U, b):
    """All states of a basic recurrent network over padded sequences.

    h_t = m_t tanh(x_t W + h_{t−1} U + b) + (1 − m_t) h_{t−1},   h_0 = 0

    Args:
        x: inputs, shape (batch, seq, features).
        mask: m, 1 for a true step and 0 for a masked one, shape (batch, seq).
        W: kernel, shape (features, units).
        U: recurrent kernel, shape (units, units).
        b: bias, shape (units,).

    Returns:
        h_1, …, h_T, shape (batch, seq, units).
    """
    h = ops.zeros((x.shape[0], U.shape[0]))
    states = []
    for t in range(x.shape[1]):
        new = ops.tanh(ops.matmul(x[:, t], W) + ops.matmul(h, U) + b)
        h = ops.where(mask[:, t, None] > 0, new, h)
        states.append(h)
    return ops.stack(states, axis=1)


def mean_state(states, mask):
    """The mean of the states over the true steps of each sample; zeros for a sample without any.

    Args:
        states: shape (batch, seq, units).
        mask: 1 for a true step and 0 for a masked one, shape (batch, seq).

    Returns:
        Shape (batch, units).
    """
    mask = ops.cast(mask, states.dtype)
    total = ops.sum(states * mask[:, :, None], axis=1)
    return total / ops.maximum(ops.sum(mask, axis=1), 1.0)[:, None]


def reverse(x, lengths):
    """Each sequence from its end to its beginning, with the padding left on the right where it was.

    Args:
        x: shape (batch, seq, features); sample n has ``lengths[n]`` true steps, then padding.
        lengths: integers, shape (batch,).

    Returns:
        Shape (batch, seq, features).
    """
    t = ops.arange(x.shape[1])[None, :]
    lengths = ops.cast(lengths, t.dtype)[:, None]
    order = ops.where(t < lengths, lengths - 1 - t, t)
    return ops.take_along_axis(x, order[:, :, None], axis=1)
