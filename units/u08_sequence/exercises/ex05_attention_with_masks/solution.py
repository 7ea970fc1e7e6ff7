"""Attention that may look at nothing: a window and padding as a mask, a 1 in the denominator, and the gradient."""

from keras import ops


def window_mask(queries, lengths, window):
    """Which key a query may look at: the last few steps, and no padding.

    m_{n t s} is true where t − window < s ≤ t and s < length of sample n

    Args:
        queries: number of queries, and of keys.
        lengths: number of true steps of each sample, integers of shape (batch,).
        window: number of keys that a query sees at most, itself included.

    Returns:
        Booleans of shape (batch, queries, queries).
    """
    t, s = ops.arange(queries)[:, None], ops.arange(queries)[None, :]
    near = ops.logical_and(s <= t, s > t - window)
    true = ops.arange(queries)[None, :] < ops.cast(lengths, "int32")[:, None]
    return ops.logical_and(near[None], true[:, None, :])


def _weights(q, k, mask):
    scores = ops.matmul(q, ops.swapaxes(k, -1, -2)) / q.shape[-1] ** 0.5
    scores = ops.where(mask, scores, -1e9)
    # the 1 is exp(0): a score 0 beside the others, so the largest one is at least 0
    largest = ops.maximum(ops.max(scores, axis=-1, keepdims=True), 0.0)
    weights = ops.where(mask, ops.exp(scores - largest), 0.0)
    return weights / (ops.exp(-largest) + ops.sum(weights, axis=-1, keepdims=True))


def attend(q, k, v, mask):
    """Attention with a 1 in the denominator.

    e_{t s} = q_t · k_s / √d,   p_{t s} = exp(e_{t s}) / (1 + ∑_{s'} exp(e_{t s'})),   output_t = ∑_s p_{t s} v_s

    Both sums go over the keys that the mask allows.

    Args:
        q: queries, shape (batch, queries, d).
        k: keys, shape (batch, keys, d).
        v: values, shape (batch, keys, channels).
        mask: booleans of shape (batch, queries, keys).

    Returns:
        The outputs, shape (batch, queries, channels).
    """
    return ops.matmul(_weights(q, k, mask), v)


def query_gradient(q, k, v, mask, D):
    """The derivative by the queries, from that by the outputs.

    Args:
        q, k, v, mask: as for ``attend``.
        D: derivative of a cost by the outputs, shape (batch, queries, channels).

    Returns:
        The derivative of the cost by q, shape (batch, queries, d).
    """
    p = _weights(q, k, mask)
    by_weights = ops.matmul(D, ops.swapaxes(v, -1, -2))
    by_scores = p * (by_weights - ops.sum(p * by_weights, axis=-1, keepdims=True))
    return ops.matmul(by_scores, k) / q.shape[-1] ** 0.5
