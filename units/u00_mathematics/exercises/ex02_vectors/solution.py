"""Projections, norms, matrix products, quadratic forms, and a linear system of two equations."""

from keras import ops


def projection(x, u):
    """x as a vector along u and a vector orthogonal to u.

    Args:
        x: shape (n,).
        u: shape (n,), not zero.

    Returns:
        ``(along, across)``, both of shape (n,); their sum is x.
    """
    along = ops.sum(x * u) / ops.sum(u * u) * u
    return along, x - along


def normalized(X):
    """Each row divided by its Euclidean norm; a row of zeros stays.

    Args:
        X: shape (batch, features).

    Returns:
        Shape (batch, features).
    """
    length = ops.sqrt(ops.sum(X**2, axis=1, keepdims=True))
    return X / ops.where(length > 0, length, 1.0)


def outside(A, B, first):
    """What a product A B loses if only its first rank-1 matrices are kept.

    Args:
        A: shape (m, l).
        B: shape (l, n).
        first: how many of the l rank-1 matrices are kept.

    Returns:
        The sum of the other ones, shape (m, n).
    """
    return ops.matmul(A[:, first:], B[first:])


def quadratic(A, X):
    """The quadratic form of a matrix at several points, and its symmetric part.

    Args:
        A: shape (n, n), not necessarily symmetric.
        X: points as rows, shape (batch, n).

    Returns:
        ``(values, S)``: xᵀAx for each row, shape (batch,); the symmetric S, shape (n, n), with xᵀSx = xᵀAx.
    """
    S = (A + ops.transpose(A)) / 2
    return ops.sum(ops.matmul(X, A) * X, axis=1), S


def solve(A, y):
    """The determinant of a 2 × 2 matrix, and the solution of A x = y.

    Args:
        A: shape (2, 2), invertible.
        y: shape (2,).

    Returns:
        ``(det, x)``, a scalar and shape (2,).
    """
    det = A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    x = ops.stack([A[1, 1] * y[0] - A[0, 1] * y[1], A[0, 0] * y[1] - A[1, 0] * y[0]])
    return det, x / det
