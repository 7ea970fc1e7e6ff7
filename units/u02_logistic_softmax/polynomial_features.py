"""Polynomial features: a linear boundary in a larger space is a curve in the first one (§3.4)."""

from itertools import combinations_with_replacement
from math import comb

from keras import ops

from course.validation import floats


def polynomial_features(x, degree):
    """All monomials of the features up to a degree, without the constant (the model has a bias).

    φ(x) = (x_1, …, x_p, x_1², x_1x_2, …, x_p^d),   C(p + d, d) − 1 of them

    Each monomial is a product of d factors out of (1, x_1, …, x_p).

    Args:
        x: samples, shape (batch, features).
        degree: d ≥ 1.

    Returns:
        A tensor of shape (batch, C(p + d, d) − 1).

    Raises:
        ValueError: the degree is less than 1, or x is no matrix.

    Example:
    >>> ops.convert_to_numpy(polynomial_features([[2.0, 3.0]], 2))
    array([[2., 3., 4., 6., 9.]], dtype=float32)
    """
    if degree < 1:
        raise ValueError(f"The degree of polynomial features is at least 1, not {degree}.")
    x = floats(x)  # powers of integers would overflow silently
    if len(x.shape) != 2:
        raise ValueError(f"x must have shape (batch, features), and has {tuple(x.shape)}.")
    factors = ops.concatenate([ops.ones_like(x[:, :1]), x], axis=1)
    chosen = list(combinations_with_replacement(range(factors.shape[1]), degree))[1:]  # without 1·1·…·1
    # φ(x): every product of d factors out of (1, x_1, …, x_p)
    return ops.prod(ops.take(factors, ops.convert_to_tensor(chosen, dtype="int32"), axis=1), axis=2)


def polynomial_count(features, degree):
    """How many features ``polynomial_features`` makes: C(p + d, d) − 1."""
    # C(p + d, d) − 1
    return comb(features + degree, degree) - 1
