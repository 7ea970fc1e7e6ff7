"""Three ways to change the next token's distribution, and a draw from it by a given uniform number."""

from keras import ops


def min_p(logits, share):
    """Rule out tokens that are far less likely than the most likely one.

    Args:
        logits: shape (batch, vocabulary).
        share: tokens below this share of the largest probability are ruled out.

    Returns:
        Logits, shape (batch, vocabulary).
    """
    p = ops.softmax(logits, axis=-1)
    return ops.where(p >= share * ops.max(p, axis=-1, keepdims=True), logits, float("-inf"))


def penalized(logits, ids, penalty):
    """Make tokens that were used less likely.

    Args:
        logits: shape (batch, vocabulary).
        ids: tokens so far, shape (batch, seq).
        penalty: at least 1.

    Returns:
        Logits, shape (batch, vocabulary).
    """
    used = ops.any(ids[:, :, None] == ops.arange(logits.shape[-1], dtype=ids.dtype), axis=1)
    lower = ops.where(logits > 0, logits / penalty, logits * penalty)
    return ops.where(used, lower, logits)


def typical(logits, mass):
    """Keep the tokens whose surprise is closest to the entropy.

    Args:
        logits: shape (batch, vocabulary).
        mass: the probability that the kept tokens have together, at least.

    Returns:
        Logits, shape (batch, vocabulary).
    """
    log_p = ops.log_softmax(logits, axis=-1)
    p = ops.exp(log_p)
    entropy = -ops.sum(p * log_p, axis=-1, keepdims=True)
    order = ops.argsort(ops.abs(-log_p - entropy), axis=-1)
    in_order = ops.take_along_axis(p, order, axis=-1)
    before = ops.cumsum(in_order, axis=-1) - in_order
    place = ops.argsort(order, axis=-1)
    return ops.where(ops.take_along_axis(before, place, axis=-1) < mass, logits, float("-inf"))


def draw(logits, u):
    """The token that belongs to a number in [0, 1).

    Args:
        logits: shape (batch, vocabulary).
        u: shape (batch,).

    Returns:
        Token numbers, shape (batch,).
    """
    until = ops.cumsum(ops.softmax(logits, axis=-1), axis=-1)
    return ops.sum(ops.cast(until <= u[:, None], "int32"), axis=-1)
