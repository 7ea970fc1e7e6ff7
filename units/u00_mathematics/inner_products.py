"""Inner product, norms and angles: the geometry of ℝⁿ (§A.1)."""

import math

from keras import ops


def inner_product(u, v):
    """The inner product along the last axis.

    ⟨u, v⟩ = uᵀv = ∑_i u_i v_i

    Args:
        u: shape (..., n).
        v: shape (..., n).

    Returns:
        Shape (...).

    Raises:
        ValueError: if the last axes differ.

    Example:
        >>> float(inner_product([1.0, 2.0], [3.0, 4.0]))
        11.0
    """
    u, v = (ops.convert_to_tensor(each, "float32") for each in (u, v))
    if u.shape[-1] != v.shape[-1]:
        raise ValueError(f"Both vectors must have the same length, not {u.shape[-1]} and {v.shape[-1]}.")
    return ops.sum(u * v, axis=-1)


def norm(x, order=2):
    """The norm of order r ≥ 1 along the last axis.

    ‖x‖_r = (∑_i |x_i|^r)^{1/r},   ‖x‖_∞ = max_i |x_i|

    Without an index, ‖x‖ is the Euclidean norm: ‖x‖² = ⟨x, x⟩.

    Args:
        x: shape (..., n).
        order: r, a number from 1 to infinity.

    Returns:
        Shape (...).

    Raises:
        ValueError: if r < 1: the triangle inequality would not hold.

    Example:
        >>> [round(float(norm([3.0, -4.0], r)), 3) for r in (1, 2, math.inf)]
        [7.0, 5.0, 4.0]

    References: §A.1.
    """
    if not order >= 1:
        raise ValueError(f"A norm has an order of at least 1, not {order}.")
    size = ops.abs(ops.convert_to_tensor(x, "float32"))
    if math.isinf(order):
        return ops.max(size, axis=-1)
    # the largest entry is taken out of the sum, so that no power overflows
    largest = ops.max(size, axis=-1, keepdims=True)
    scale = ops.where(largest > 0, largest, 1.0)
    # (∑_i |x_i|^r)^{1/r}
    return scale[..., 0] * ops.sum((size / scale) ** order, axis=-1) ** (1.0 / order)


def angle_cosine(u, v):
    """The cosine of the angle between two vectors.

    cos(u, v) = ⟨u, v⟩ / (‖u‖ ‖v‖),   and |⟨u, v⟩| ≤ ‖u‖ ‖v‖ (Cauchy–Schwarz)

    Args:
        u: shape (..., n), no zero vector.
        v: shape (..., n), no zero vector.

    Returns:
        Shape (...), between −1 and 1 up to rounding.

    Example:
        >>> round(float(angle_cosine([1.0, 0.0], [1.0, 1.0])), 4)
        0.7071

    References: §A.1.
    """
    return inner_product(u, v) / (norm(u) * norm(v))
