"""A cache of keys and values: what attention computed for earlier tokens is not computed again (§7.5)."""

import operator

import numpy as np
from keras import ops


def empty_cache(batch, heads, length, d, dtype="float32"):
    """Keys and values of no step yet, as zeros of a fixed length.

    The length is fixed because a compiled step has fixed shapes: steps that are not yet there are zeros, and
    ``cached_mask`` hides them.

    Args:
        batch: number of sequences.
        heads: number of heads that have keys of their own.
        length: the largest number of steps.
        d: size of a key.
        dtype: of the entries.

    Returns:
        The pair of keys and values, each of shape (batch, heads, length, d).
    """
    return ops.zeros((batch, heads, length, d), dtype), ops.zeros((batch, heads, length, d), dtype)


def stored(cache, k, v, start):
    """The cache with new keys and values at the steps start, start + 1, ….

    Args:
        cache: a pair of ``empty_cache``.
        k, v: keys and values of the new steps, shape (batch, heads, steps, d).
        start: the place of the first new step, an integer or an integer tensor.

    Returns:
        A new pair.

    Raises:
        ValueError: the shapes do not fit, or the cache has no room for the new steps. If ``start`` is a tensor, its
            value is not known here, and the caller has to see to it.
    """
    length, steps = cache[0].shape[2], k.shape[2]
    for old, new in zip(cache, (k, v), strict=True):
        if len(new.shape) != 4 or (*new.shape[:2], new.shape[3]) != (*old.shape[:2], old.shape[3]):
            raise ValueError(
                f"New keys and values have the axes (batch, heads, steps, d), not {tuple(new.shape)}: they differ in "
                f"their steps only from the cache, which is {tuple(old.shape)}."
            )
    first = _number(start)
    if first < 0 or first + steps > length:
        raise ValueError(
            f"A cache of {length} steps has no room for {steps} steps from place {first} on. Make it longer, or begin "
            "again with the last tokens as a new prompt."
        )
    place = [ops.cast(i, "int32") for i in (0, 0, start, 0)]
    return tuple(
        ops.slice_update(old, place, ops.cast(new, old.dtype)) for old, new in zip(cache, (k, v), strict=True)
    )


def _number(start):
    """The place as an integer, and 0 for a tensor, whose value is not known in a compiled step."""
    try:
        known = not hasattr(start, "shape") or isinstance(start, (np.generic, np.ndarray))
        return operator.index(start) if known else 0
    except TypeError:
        raise ValueError(f"start is the number of a step, an integer, not {start!r}.") from None


def cached_mask(start, queries, length):
    """A new query sees the keys up to its own step, also if the rest of the cache is not filled yet.

    m_{t s} is true where s ≤ start + t

    Args:
        start: the place of the first query, an integer or an integer tensor.
        queries: number of queries.
        length: of the cache.

    Returns:
        Booleans of shape (1, queries, length).
    """
    t, s = ops.arange(queries, dtype="int32")[:, None], ops.arange(length, dtype="int32")[None, :]
    return (s <= t + ops.cast(start, "int32"))[None]
