"""Least squares by pseudo-inverse and by descent, and ridge regression."""

from keras import ops


def least_squares(X, y):
    """The smallest of all least-squares solutions.

    Args:
        X: shape (batch, features), of any rank.
        y: shape (batch,).

    Returns:
        θ, shape (features,).
    """
    U, s, Vt = ops.svd(X, full_matrices=False)
    kept = s > 1e-5 * ops.max(s)
    inverse = ops.where(kept, 1.0 / ops.where(kept, s, 1.0), 0.0)
    # θ = V diag(s⁺) Uᵀ y
    return ops.matmul(ops.transpose(Vt), inverse * ops.matmul(ops.transpose(U), y))


def gradient(X, y, theta):
    """The gradient of the mean squared error.

    Args:
        X: shape (batch, features).
        y: shape (batch,).
        theta: θ, shape (features,).

    Returns:
        Shape (features,).
    """
    return 2.0 / X.shape[0] * ops.matmul(ops.transpose(X), ops.matmul(X, theta) - y)


def descend(X, y, theta, rate, steps):
    """Gradient descent on the mean squared error.

    Args:
        X: shape (batch, features).
        y: shape (batch,).
        theta: where to start, shape (features,).
        rate: the learning rate α.
        steps: number of steps.

    Returns:
        The last θ, shape (features,).
    """
    for _ in range(steps):
        theta = theta - rate * gradient(X, y, theta)
    return theta


def ridge(x, y, penalty):
    """Ridge regression with a free intercept.

    Args:
        x: features without a column of ones, shape (batch, features).
        y: shape (batch,).
        penalty: λ > 0.

    Returns:
        (w, b) of shapes (features,) and ().
    """
    x_mean, y_mean = ops.mean(x, axis=0), ops.mean(y)
    x_c, y_c = x - x_mean, y - y_mean
    G = ops.matmul(ops.transpose(x_c), x_c) + penalty * ops.eye(x.shape[1])
    w = ops.solve(G, ops.matmul(ops.transpose(x_c), y_c)[:, None])[:, 0]
    return w, y_mean - ops.sum(x_mean * w)
