"""Difference quotients: what a derivative is the limit of, and how fast the limit is reached (§A.2)."""

import course


def forward_difference(f, x, direction, h):
    """The forward difference quotient of f at x in a direction d.

    (f(x + h d) − f(x)) / h = ∇f(x)ᵀd + O(h)

    Args:
        f: a function of one array; a scalar, or an array F(x).
        x: shape (n,), of any library: the quotient has its precision.
        direction: d, shape (n,).
        h: step, h > 0.

    Returns:
        The shape of f(x).

    Raises:
        ValueError: if h is not positive.

    Example:
        >>> import numpy as np
        >>> print(forward_difference(lambda x: x[0] * x[1], np.array([2.0, 3.0]), np.array([1.0, 0.0]), 0.5))
        3.0

    References: §A.2.
    """
    _check(h)
    return (f(x + h * direction) - f(x)) / h


def central_difference(f, x, direction, h):
    """The central difference quotient: its error falls as h² where f has three continuous derivatives.

    (f(x + h d) − f(x − h d)) / (2h) = ∇f(x)ᵀd + O(h²)

    Args:
        f: a function of one array; a scalar, or an array F(x).
        x: shape (n,).
        direction: d, shape (n,).
        h: step, h > 0.

    Returns:
        The shape of f(x).

    Raises:
        ValueError: if h is not positive.

    Example:
        >>> import numpy as np
        >>> print(central_difference(lambda x: x[0] ** 2, np.array([3.0]), np.array([1.0]), 0.5))
        6.0

    References: §A.2.
    """
    _check(h)
    return (f(x + h * direction) - f(x - h * direction)) / (2 * h)


def directional_derivative(f, x, direction):
    """The derivative of t ↦ F(x + t d) at t = 0, without a difference.

    ∂_d f(x) = ∇f(x)ᵀd for a scalar f,   J_F(x) d for a vector F

    Args:
        f: a function of one tensor, written in ``keras.ops``.
        x: shape (n,).
        direction: d, shape (n,).

    Returns:
        The shape of f(x).

    Example:
        >>> from keras import ops
        >>> x, d = ops.convert_to_tensor([2.0, 3.0]), ops.convert_to_tensor([1.0, 1.0])
        >>> float(directional_derivative(lambda x: x[0] * x[1], x, d))
        5.0

    References: §A.2.
    """
    # one forward sweep computes F(x) and J_F(x) d
    return course.jvp(f, [x], [direction])[1]


def _check(h):
    if not h > 0:
        raise ValueError(f"The step h of a difference quotient must be positive, not {h}.")
