"""Means and sizes of columns, exact where a column is constant (§2.5, §2.6)."""

from keras import ops

import course


@course.fused(static=("axis",))
def column_means(x, axis=-2):
    """The mean of every column; where all values are equal, this value itself.

    m_j = (1/n) ∑_i x_ij,   and m_j = x_1j if x_1j = … = x_nj

    In floating point the sum of n equal numbers, divided by n, may miss the number by a rounding error. The difference
    x_ij − m_j would then be that error instead of 0, and dividing it by its own size would make it 1.

    Args:
        x: a tensor of floats, shape (..., batch, features).
        axis: of the batch.

    Returns:
        The means with ``axis`` of length 1.

    Example:
        >>> x = ops.convert_to_tensor([[0.1], [0.1], [0.1]])
        >>> bool(ops.all(x - column_means(x) == 0))
        True
    """
    # m_j = (1/n) ∑_i x_ij, or x_1j where all x_ij are equal
    low, high = ops.min(x, axis=axis, keepdims=True), ops.max(x, axis=axis, keepdims=True)
    return ops.where(ops.equal(low, high), low, ops.mean(x, axis=axis, keepdims=True))


@course.fused(static=("axis",))
def column_sizes(x, axis=-2):
    """The largest absolute value of every column, and 1 for a column of zeros: what one may divide by.

    Args:
        x: a tensor of floats, shape (..., batch, features).
        axis: of the batch.

    Returns:
        The sizes with ``axis`` of length 1.
    """
    # max_i |x_ij|
    size = ops.max(ops.abs(x), axis=axis, keepdims=True)
    return ops.where(size > 0, size, 1.0)
