"""Sets as indicator vectors: intersections are products, and sizes are sums."""

from keras import ops


def indicator(members, n):
    """The indicator vector of a subset A of {0, 1, ..., n − 1}.

    1_A(i) = 1 if i ∈ A, otherwise 0

    Args:
        members: the elements of A, integers; one that is named twice counts once.
        n: number of elements of the whole set.

    Returns:
        Shape (n,), zeros and ones.

    Raises:
        ValueError: if a member is not in {0, ..., n − 1}, or is no integer.

    Example:
        >>> print(ops.convert_to_numpy(indicator([1, 3, 3], 4)))
        [0. 1. 0. 1.]
    """
    members = list(members)
    if any(int(i) != i or not 0 <= i < n for i in members):
        raise ValueError(f"The members must be integers from 0 to {n - 1}.")
    elements = {int(i) for i in members}
    return ops.convert_to_tensor([float(i in elements) for i in range(n)], "float32")


def intersection(a, b):
    """1_{A ∩ B} = 1_A 1_B, for indicator vectors of shape (n,)."""
    return a * b


def union(a, b):
    """1_{A ∪ B} = 1_A + 1_B − 1_A 1_B: what lies in both sets was counted twice."""
    return a + b - a * b


def complement(a):
    """1_{Aᶜ} = 1 − 1_A, for an indicator vector of shape (n,)."""
    return 1.0 - a


def size(a):
    """The number of elements: |A| = ∑_i 1_A(i), a scalar."""
    return ops.sum(a)
