"""Sums over two indices: in which order they are taken does not matter, but their ranges belong to each other."""

from keras import ops


def sum_of_products(u, v):
    """A double sum of products is the product of two sums.

    ∑_i ∑_j u_i v_j = (∑_i u_i)(∑_j v_j)

    Args:
        u: shape (n,).
        v: shape (m,).

    Returns:
        A scalar.

    Raises:
        ValueError: if u or v is not a vector.

    Example:
        >>> float(sum_of_products([1.0, 2.0], [3.0, 4.0, 5.0]))
        36.0

    References: any first course in analysis.
    """
    u, v = (ops.convert_to_tensor(each, "float32") for each in (u, v))
    if len(u.shape) != 1 or len(v.shape) != 1:
        raise ValueError(
            f"u and v must be vectors, and have the shapes {tuple(u.shape)} and {tuple(v.shape)}."
        )
    # ∑_i ∑_j u_i v_j: the table of all products, then the sum of its entries
    return ops.sum(u[:, None] * v[None, :])


def sum_below_diagonal(A):
    """A sum over the pairs j ≤ i, row by row and column by column.

    ∑_{i=1}^{n} ∑_{j=1}^{i} A_ij = ∑_{j=1}^{n} ∑_{i=j}^{n} A_ij

    If the order is exchanged, the range of the inner sum changes: i runs from j on.

    Args:
        A: a square matrix, shape (n, n).

    Returns:
        ``(rows, columns)``: the n inner sums of the left side and those of the right side; both have the same total.

    Raises:
        ValueError: if A is not square.

    Example:
        >>> rows, columns = sum_below_diagonal([[1.0, 2.0], [3.0, 4.0]])
        >>> print(ops.convert_to_numpy(rows), ops.convert_to_numpy(columns))
        [1. 7.] [4. 4.]
    """
    A = ops.convert_to_tensor(A, "float32")
    if len(A.shape) != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"The matrix must be square, and has the shape {tuple(A.shape)}.")
    below = ops.tril(A)
    # ∑_{j=1}^{i} A_ij for each i,   ∑_{i=j}^{n} A_ij for each j
    return ops.sum(below, axis=1), ops.sum(below, axis=0)
