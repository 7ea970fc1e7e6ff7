"""Masks of attention: which key each query may look at (§7.5)."""

import keras
from keras import ops


def causal_mask(queries, keys=None):
    """A query sees the keys up to its own step, and none from the future.

    m_{t s} is true where s ≤ t + keys − queries

    With more keys than queries the queries are the last steps, as with a cache of earlier keys.

    Args:
        queries: number of queries.
        keys: number of keys, that of the queries if None.

    Returns:
        Booleans of shape (1, queries, keys).

    Raises:
        ValueError: there are fewer keys than queries.
    """
    keys = queries if keys is None else keys
    if keys < queries:
        raise ValueError(
            f"{keys} keys are fewer than {queries} queries: the first queries would see nothing."
        )
    t, s = ops.arange(queries)[:, None], ops.arange(keys)[None, :]
    return (s <= t + (keys - queries))[None]


def padding_mask(lengths, keys):
    """No query sees the padding.

    m_{n s} is true where s < length of sample n

    Args:
        lengths: number of true steps, integers of shape (batch,).
        keys: number of keys.

    Returns:
        Booleans of shape (batch, 1, keys).

    Raises:
        ValueError: the lengths are no integers in one row.
    """
    lengths = ops.convert_to_tensor(lengths)
    kind = keras.backend.standardize_dtype(lengths.dtype)
    if len(lengths.shape) != 1 or not keras.backend.is_int_dtype(kind):
        raise ValueError(
            f"lengths are integers of shape (batch,), one for each sample, not {kind} of shape {tuple(lengths.shape)}."
        )
    return (ops.arange(keys, dtype=lengths.dtype)[None, :] < lengths[:, None])[:, None, :]
