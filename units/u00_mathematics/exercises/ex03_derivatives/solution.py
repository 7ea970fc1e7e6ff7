"""Gradient, Jacobian, directional derivative, Hessian and Taylor polynomials, by hand."""

from keras import ops


def gradient(A, b, x):
    """The gradient of f(x) = ½ xᵀA x + sin(bᵀx).

    Args:
        A: shape (n, n), not necessarily symmetric.
        b: shape (n,).
        x: shape (n,).

    Returns:
        Shape (n,).
    """
    quadratic = ops.matmul(A + ops.transpose(A), x) / 2
    return quadratic + ops.cos(ops.sum(b * x)) * b


def jacobian(W, b, x):
    """The Jacobian of a layer, F(x) = tanh(W x + b).

    Args:
        W: shape (units, features).
        b: shape (units,).
        x: shape (features,).

    Returns:
        Shape (units, features).
    """
    a = ops.tanh(ops.matmul(W, x) + b)
    return (1.0 - a**2)[:, None] * W


def slope(W, b, y, x, d):
    """The derivative of C(x) = ½ ‖tanh(W x + b) − y‖² in the direction d.

    Args:
        W: shape (units, features).
        b: shape (units,).
        y: shape (units,).
        x: shape (features,).
        d: shape (features,), not necessarily of length 1.

    Returns:
        The derivative of t ↦ C(x + t d) at t = 0, a scalar.
    """
    a = ops.tanh(ops.matmul(W, x) + b)
    moved = (1.0 - a**2) * ops.matmul(W, d)
    return ops.sum((a - y) * moved)


def hessian(b, x):
    """The Hessian of f(x) = exp(bᵀx) + ¼ ‖x‖⁴.

    Args:
        b: shape (n,).
        x: shape (n,).

    Returns:
        Shape (n, n).
    """
    growth = ops.exp(ops.sum(b * x)) * b[:, None] * b[None, :]
    return growth + ops.sum(x**2) * ops.eye(x.shape[0]) + 2.0 * x[:, None] * x[None, :]


def taylor(x, d):
    """The Taylor polynomials of f(x) = exp(x_1) cos(x_2) around x, at x + d.

    Args:
        x: shape (2,).
        d: shape (2,).

    Returns:
        The values of the polynomials of degree 0, 1 and 2, shape (3,).
    """
    e, c, s = ops.exp(x[0]), ops.cos(x[1]), ops.sin(x[1])
    constant = e * c
    linear = e * c * d[0] - e * s * d[1]
    square = e * c * d[0] ** 2 - 2.0 * e * s * d[0] * d[1] - e * c * d[1] ** 2
    return ops.stack([constant, constant + linear, constant + linear + square / 2.0])
