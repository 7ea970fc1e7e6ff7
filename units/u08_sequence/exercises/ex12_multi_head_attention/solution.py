"""Multi-head attention with one matrix for all heads, a window and a bias by distance."""

from keras import ops


def slopes(heads):
    """The slopes of the heads.

    s_j = 2^(−8 (j + 1) / heads)

    Args:
        heads: number of heads.

    Returns:
        Shape (heads,).
    """
    j = ops.arange(heads, dtype="float32")
    return ops.power(2.0, -8.0 * (j + 1) / heads)


def windowed_heads(x, W_q, W_k, W_v, W_o, heads, window, lengths, slopes):
    """Multi-head attention in which a query sees the last steps, and a score falls with the distance.

    e_{t i} = q_t · k_i / √d − s_j (t − i),   allowed where t − window < i ≤ t and i < length

    Args:
        x: input, shape (batch, seq, d_model).
        W_q: kernel of the queries, shape (d_model, heads · d).
        W_k: kernel of the keys, shape (d_model, heads · d).
        W_v: kernel of the values, shape (d_model, heads · d).
        W_o: kernel of the output, shape (heads · d, d_model).
        heads: number of heads.
        window: number of steps that a query sees, its own included.
        lengths: number of true steps, integers of shape (batch,).
        slopes: s_j, shape (heads,).

    Returns:
        The output, shape (batch, seq, d_model).
    """
    batch, seq = x.shape[:2]
    d = W_q.shape[1] // heads
    q, k, v = (
        ops.transpose(ops.reshape(ops.matmul(x, W), (batch, seq, heads, d)), (0, 2, 1, 3))
        for W in (W_q, W_k, W_v)
    )
    t, i = ops.arange(seq)[:, None], ops.arange(seq)[None, :]
    distance = t - i
    scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2))) / d**0.5
    scores = scores - ops.reshape(slopes, (heads, 1, 1)) * ops.cast(distance, "float32")
    near = ops.logical_and(distance >= 0, distance < window)
    true = ops.arange(seq)[None, :] < ops.cast(ops.reshape(lengths, (batch, 1)), i.dtype)
    allowed = ops.logical_and(near, true[:, None, None, :])
    weights = ops.softmax(ops.where(allowed, scores, -1e9), axis=-1)
    weights = ops.where(allowed, weights, 0.0)
    joined = ops.reshape(ops.transpose(ops.matmul(weights, v), (0, 2, 1, 3)), (batch, seq, heads * d))
    return ops.matmul(joined, W_o)
