"""Attention over blocks of keys: what is carried, how two parts are merged, and the derivative of one block."""

from keras import ops


def carried(largest, total, numerator, scores, values, mask):
    """Take one more block of keys into the carried parts.

    Args:
        largest: a, the largest allowed score so far, shape (queries, 1); −∞ if no key was allowed yet.
        total: l = ∑ exp(e − a), shape (queries, 1).
        numerator: n = ∑ exp(e − a) v, shape (queries, channels).
        scores: e of the block, shape (queries, keys).
        values: v of the block, shape (keys, channels).
        mask: booleans, true where a query may look, shape (queries, keys).

    Returns:
        largest, total and numerator with the block.
    """
    e = ops.where(mask, scores, float("-inf"))
    new = ops.maximum(largest, ops.max(e, axis=-1, keepdims=True))
    weights = _exp(e, new)
    rescale = _exp(largest, new)
    total = total * rescale + ops.sum(weights, axis=-1, keepdims=True)
    return new, total, numerator * rescale + ops.matmul(weights, values)


def _exp(e, a):
    """exp(e − a), and 0 where e is −∞, also if a is −∞ too."""
    allowed = e > float("-inf")
    return ops.where(allowed, ops.exp(ops.where(allowed, e - a, 0.0)), 0.0)


def merged(first, second):
    """The carried parts of two halves of the keys as those of all keys.

    Args:
        first, second: lists of largest, total and numerator.

    Returns:
        largest, total and numerator of all keys.
    """
    (a, l, n), (b, m, o) = first, second
    new = ops.maximum(a, b)
    left, right = _exp(a, new), _exp(b, new)
    return new, l * left + m * right, n * left + o * right


def finished(largest, total, numerator):
    """The output of attention, and what has to be kept for the derivative.

    Args:
        largest, total, numerator: as in ``carried``.

    Returns:
        The output n / l, shape (queries, channels), and a + log l, shape (queries, 1). Both are 0 for a query without
        any allowed key.
    """
    some = total > 0
    divisor = ops.where(some, total, 1.0)
    log_total = ops.where(some, ops.where(some, largest, 0.0) + ops.log(divisor), 0.0)
    return numerator / divisor, log_total


def score_gradient(scores, values, mask, output, log_total, output_gradient):
    """The derivative of a cost by the scores of one block, without the weights of the other blocks.

    Args:
        scores, values, mask: of the block, as in ``carried``.
        output, log_total: what ``finished`` returns for all keys.
        output_gradient: derivative of the cost by the output, shape (queries, channels).

    Returns:
        Shape (queries, keys).
    """
    weights = _exp(ops.where(mask, scores, float("-inf")), log_total)
    by_weights = ops.matmul(output_gradient, ops.transpose(values))
    mean = ops.sum(output_gradient * output, axis=-1, keepdims=True)
    return weights * (by_weights - mean)
