"""Sums with conditions on their indices, sets as vectors of zeros and ones, and maps as vectors of integers."""

from keras import ops


def triangle(a, b):
    """The sum of (i − j) a_i b_j over all pairs j ≤ i.

    Args:
        a: shape (n,).
        b: shape (n,).

    Returns:
        A scalar.
    """
    i = ops.cast(ops.arange(a.shape[0]), "float32")
    terms = (i[:, None] - i[None, :]) * a[:, None] * b[None, :]
    return ops.sum(ops.tril(terms))


def different(a):
    """The sum of a_i a_j over all pairs i ≠ j.

    Args:
        a: shape (n,).

    Returns:
        A scalar.
    """
    return ops.sum(a) ** 2 - ops.sum(a**2)


def jaccard(a, b):
    """|A ∩ B| / |A ∪ B| of two sets.

    Args:
        a: indicator vector of A, shape (n,), zeros and ones.
        b: indicator vector of B, shape (n,), zeros and ones.

    Returns:
        A scalar; 1 if both sets are empty.
    """
    both = ops.sum(a * b)
    either = ops.sum(a + b - a * b)
    return ops.where(either > 0, both / ops.maximum(either, 1.0), 1.0)


def image(f, a, m):
    """The image f(A) of a set A under a map f from {0, ..., n − 1} to {0, ..., m − 1}.

    Args:
        f: the values f(0), ..., f(n − 1), integers, shape (n,).
        a: indicator vector of A, shape (n,), zeros and ones.
        m: number of elements of the set that f maps to.

    Returns:
        The indicator vector of f(A), shape (m,), zeros and ones.
    """
    hits = ops.cast(ops.equal(f[:, None], ops.arange(m, dtype=f.dtype)[None, :]), "float32")
    counts = ops.sum(a[:, None] * hits, axis=0)
    return ops.minimum(counts, 1.0)


def contract(A, B, c):
    """The matrix with the entries ∑_j A_ij B_kj c_j.

    Args:
        A: shape (n, l).
        B: shape (m, l).
        c: shape (l,).

    Returns:
        Shape (n, m), entry (i, k).
    """
    return ops.sum(A[:, None, :] * B[None, :, :] * c, axis=-1)
