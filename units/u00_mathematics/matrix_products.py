"""A matrix product, read in three ways: entries, columns, and a sum of outer products (§A.1)."""

from keras import ops


def by_entries(A, B):
    """Each entry is an inner product of a row and a column.

    (A B)_ij = ∑_k A_ik B_kj

    Args:
        A: shape (m, l).
        B: shape (l, n).

    Returns:
        Shape (m, n).

    Raises:
        ValueError: if A has not as many columns as B has rows.

    Example:
        >>> print(ops.convert_to_numpy(by_entries([[1.0, 2.0]], [[3.0], [4.0]])))
        [[11.]]

    References: §A.1.
    """
    A, B = _fitting(A, B)
    # A_ik B_kj with the axes i, k, j, summed over k
    return ops.sum(A[:, :, None] * B[None, :, :], axis=1)


def by_columns(A, B):
    """Each column of the product is a combination of the columns of A: (A B)_{:, j} = ∑_k B_kj A_{:, k}."""
    A, B = _fitting(A, B)
    columns = [sum(B[k, j] * A[:, k] for k in range(A.shape[1])) for j in range(B.shape[1])]
    return ops.stack(columns, axis=1)


def by_outer_products(A, B):
    """The product is a sum of l matrices of rank 1: A B = ∑_k A_{:, k} B_{k, :}."""
    A, B = _fitting(A, B)
    return sum(A[:, k, None] * B[None, k, :] for k in range(A.shape[1]))


def _fitting(A, B):
    A, B = (ops.convert_to_tensor(each, "float32") for each in (A, B))
    if len(A.shape) != 2 or len(B.shape) != 2 or A.shape[1] != B.shape[0]:
        raise ValueError(
            f"A must have as many columns as B has rows, and the shapes are {tuple(A.shape)} and {tuple(B.shape)}."
        )
    return A, B
