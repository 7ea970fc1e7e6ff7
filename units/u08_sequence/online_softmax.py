"""☆ Softmax in one pass over blocks of keys, as fast attention kernels compute it (§7.5)."""

import keras
from keras import ops

import course


@course.fused(static=("block",))
def online_attention(scores, values, block):
    """The weighted average of attention, without ever holding all weights.

    For each block of keys, with the largest score a, the sum l of the weights and the average's numerator n so far:
    a' = max(a, max e),   l' = l exp(a − a') + ∑ exp(e − a'),   n' = n exp(a − a') + ∑ exp(e − a') v
    output = n / l

    Exact, and not an approximation: exp(a − a') puts what was added before on the new scale. Only one block of weights
    is needed at a time, so the memory does not grow with the number of keys.

    Args:
        scores: e, shape (..., queries, keys); −∞ for a key that is not allowed. A query without any gets zeros.
        values: v, shape (..., keys, channels).
        block: number of keys a block.

    Returns:
        Shape (..., queries, channels).

    Raises:
        ValueError: the block is empty, or there are not as many values as keys.

    References: Milakov and Gimelshein, Online normalizer calculation for softmax, 2018; Dao et al., FlashAttention,
    2022.
    """
    scores, values = (
        ops.cast(each, "float32")
        if not keras.backend.is_float_dtype(keras.backend.standardize_dtype(each.dtype))
        else each
        for each in map(ops.convert_to_tensor, (scores, values))
    )
    if block < 1 or scores.shape[-1] != values.shape[-2]:
        raise ValueError(
            f"A block has at least one key, not {block}, and {scores.shape[-1]} scores need as many values, "
            f"not {values.shape[-2]}."
        )
    # below every score, and finite: −∞ − (−∞) would be NaN for a query whose keys are all hidden so far
    lowest = -65504.0 if keras.backend.standardize_dtype(scores.dtype) == "float16" else -1e30
    largest = ops.full_like(scores[..., :1], lowest)
    total, numerator = ops.zeros_like(largest), 0.0
    for start in range(0, scores.shape[-1], block):
        e, v = scores[..., start : start + block], values[..., start : start + block, :]
        new = ops.maximum(largest, ops.max(e, axis=-1, keepdims=True))
        rescale, weights = ops.exp(largest - new), ops.exp(e - new)
        total = total * rescale + ops.sum(weights, axis=-1, keepdims=True)
        numerator = numerator * rescale + ops.matmul(weights, v)
        largest = new
    return numerator / ops.where(total > 0, total, 1.0)
