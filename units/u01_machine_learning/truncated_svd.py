"""The singular value decomposition cut off after r terms: the best matrix of rank r (§2.6)."""

import numpy as np
from keras import ops

from course.validation import features, floats, targets


def truncated_svd(A, r):
    """Keep the r largest singular values and their vectors.

    A = ∑_i s_i u_i v_iᵀ  ≈  A_r = ∑_{i ≤ r} s_i u_i v_iᵀ,   s_1 ≥ s_2 ≥ ... ≥ 0

    Args:
        A: a matrix, shape (rows, columns).
        r: the rank to keep, 1 <= r <= min(rows, columns).

    Returns:
        ``(U, s, Vh)`` of shapes (rows, r), (r,), (r, columns).

    Raises:
        ValueError: if A is not a matrix of finite numbers or r is out of range.

    Example:
        >>> U, s, Vh = truncated_svd([[3.0, 0.0], [0.0, 2.0]], 1)
        >>> print(ops.convert_to_numpy(s))
        [3.]
    """
    A = ops.convert_to_tensor(features(A, name="A", axes="(rows, columns)"), "float32")
    if not 1 <= r <= min(A.shape):
        raise ValueError(
            f"A matrix of shape {tuple(A.shape)} takes a rank between 1 and {min(A.shape)}, got r={r}."
        )
    U, s, Vh = ops.svd(A, full_matrices=False)
    return U[:, :r], s[:r], Vh[:r]


def low_rank(U, s, Vh):
    """Multiply the factors out.

    A_r = U diag(s) Vᵀ

    Args:
        U: shape (rows, r).
        s: shape (r,).
        Vh: Vᵀ, shape (r, columns).

    Returns:
        Shape (rows, columns).
    """
    # A_r = U diag(s) Vᵀ
    return ops.matmul(floats(U) * floats(s), floats(Vh))


def relative_error(s, r):
    """Error of rank r from the singular values alone.

    ‖A − A_r‖_F / ‖A‖_F = √(∑_{i > r} s_i² / ∑_i s_i²),   and no matrix of rank r does better (Eckart–Young)

    Args:
        s: all singular values, shape (min(rows, columns),).
        r: the rank kept.

    Returns:
        A float in [0, 1].

    Example:
        >>> round(relative_error([4.0, 3.0], 1), 6)
        0.6

    References: Eckart and Young, The approximation of one matrix by another of lower rank, 1936.
    """
    s2 = ops.convert_to_numpy(s).astype("float64") ** 2
    # √(∑_{i > r} s_i² / ∑_i s_i²)
    return float(np.sqrt(s2[r:].sum() / s2.sum()))


def stored_numbers(rows, columns, r):
    """Count the numbers that a rank-r factorization stores.

    r (rows + columns + 1)  against  rows · columns

    Args:
        rows: rows of A.
        columns: columns of A.
        r: the rank kept.

    Example:
        >>> stored_numbers(427, 640, 20)
        21360
    """
    return r * (rows + columns + 1)


def compress_image(image, r):
    """Replace every colour channel of an image by its best rank-r approximation.

    A = [red | green | blue] is cut channel by channel, and the result is clipped to [0, 1].

    Args:
        image: values in [0, 1], shape (height, width) or (height, width, channels).
        r: the rank to keep per channel.

    Returns:
        A tensor of the same shape.

    Raises:
        ValueError: a value is outside [0, 1]; of an image of 0 to 255 give ``image / 255``.
    """
    image = ops.convert_to_tensor(image, dtype="float32")
    image = targets(image, image, name="image", low=0, high=1)
    if len(image.shape) == 2:
        return ops.clip(low_rank(*truncated_svd(image, r)), 0.0, 1.0)
    return ops.stack([compress_image(channel, r) for channel in ops.unstack(image, axis=-1)], axis=-1)
