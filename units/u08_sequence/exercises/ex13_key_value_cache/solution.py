"""A cache of keys and values for attention with a window: a ring of fixed size."""

from keras import ops


def store(cache, new, t):
    """The cache with the key or the value of step t at its place, t mod window.

    Args:
        cache: shape (batch, window, d).
        new: shape (batch, d).
        t: the number of the step, an integer.

    Returns:
        The new cache, shape (batch, window, d).
    """
    window = cache.shape[1]
    here = ops.arange(window) == t % window
    return ops.where(here[:, None], new[:, None, :], cache)


def step(x, keys, values, t, W_q, W_k, W_v):
    """One step of attention to the last steps, its own included.

    Args:
        x: input of step t, shape (batch, d_model).
        keys: the cache of the earlier keys, shape (batch, window, d).
        values: the cache of the earlier values, shape (batch, window, d).
        t: the number of the step, an integer.
        W_q: kernel of the query, shape (d_model, d).
        W_k: kernel of the key, shape (d_model, d).
        W_v: kernel of the value, shape (d_model, d).

    Returns:
        The output, shape (batch, d), and the caches of keys and of values with step t, shape (batch, window, d).
    """
    q = ops.matmul(x, W_q)
    keys = store(keys, ops.matmul(x, W_k), t)
    values = store(values, ops.matmul(x, W_v), t)
    scores = ops.sum(q[:, None, :] * keys, axis=-1) / q.shape[-1] ** 0.5
    filled = ops.arange(keys.shape[1]) <= t
    weights = ops.softmax(ops.where(filled, scores, -1e9), axis=-1)
    return ops.sum(weights[:, :, None] * values, axis=1), keys, values


def prompt(x, W, window):
    """The cache after a prompt has been read at once.

    Args:
        x: all steps of the prompt, shape (batch, T, d_model).
        W: kernel of the keys or of the values, shape (d_model, d).
        window: number of places.

    Returns:
        The cache, shape (batch, window, d), with zeros at places without a step.
    """
    T = x.shape[1]
    rows = ops.matmul(x, W)
    cache = ops.zeros((x.shape[0], window, W.shape[1]), dtype=rows.dtype)
    for t in range(max(T - window, 0), T):
        cache = store(cache, rows[:, t], t)
    return cache
