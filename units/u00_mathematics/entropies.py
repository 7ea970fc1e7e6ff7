"""Entropy and cross-entropy of discrete distributions (§B)."""

from keras import ops

from course.validation import numbers


def entropy(p):
    """The entropy of a distribution on K classes, in nats.

    H(p) = −∑_k p_k log p_k,   with 0 log 0 = 0

    It lies between 0 (one class has probability 1) and log K (all classes are equally likely).

    Args:
        p: probabilities, shape (classes,).

    Returns:
        A scalar.

    Raises:
        ValueError: if p is no distribution.

    Example:
        >>> round(float(entropy([0.5, 0.5, 0.0])), 4)
        0.6931

    References: §B; Shannon, A mathematical theory of communication, 1948.
    """
    p = distribution(p)
    # −∑_k p_k log p_k
    return -ops.sum(p * _log_where(p, p > 0))


def cross_entropy(p, q):
    """The cross-entropy: the mean of −log q_k when the classes come from p.

    H(p, q) = −∑_k p_k log q_k ≥ H(p)

    Args:
        p: true probabilities, shape (classes,).
        q: predicted probabilities, shape (classes,).

    Returns:
        A scalar; infinite if a class with p_k > 0 has q_k = 0.

    Raises:
        ValueError: if p or q is no distribution, or their lengths differ.

    Example:
        >>> round(float(cross_entropy([1.0, 0.0], [0.25, 0.75])), 4)
        1.3863

    References: §B.
    """
    p, q = distribution(p), distribution(q)
    if p.shape != q.shape:
        raise ValueError(
            f"Both distributions need the same classes, and have {p.shape[0]} and {q.shape[0]} of them."
        )
    # where p_k = 0 the class contributes nothing, even if q_k = 0
    total = -ops.sum(p * _log_where(q, (p > 0) & (q > 0)))
    return ops.where(ops.any((p > 0) & (q == 0)), float("inf"), total)


def distribution(p):
    """p as a tensor of shape (classes,), if it is a distribution: no entry is negative and the sum is 1."""
    values = numbers(p, name="the distribution")
    if (values < 0).any() or abs(values.sum() - 1) > 1e-4:
        raise ValueError("A distribution has no negative entry, and its entries have the sum 1.")
    return ops.convert_to_tensor(values, "float32")


def _log_where(x, where):
    return ops.log(ops.where(where, x, 1.0))
