"""Weighted least squares by pseudo-inverse and by descent, and weighted ridge regression."""

from keras import ops


def least_squares(X, y, weights):
    """The smallest of all solutions of weighted least squares.

    Args:
        X: shape (batch, features), of any rank.
        y: shape (batch,).
        weights: r ≥ 0, how much each sample counts, shape (batch,).

    Returns:
        θ, shape (features,).
    """
    root = ops.sqrt(weights)
    # ∑ r_i (y_i − x_iᵀθ)² = ‖√r y − √r X θ‖²
    U, s, Vt = ops.svd(root[:, None] * X, full_matrices=False)
    kept = s > 1e-5 * ops.max(s)
    inverse = ops.where(kept, 1.0 / ops.where(kept, s, 1.0), 0.0)
    # θ = V diag(s⁺) Uᵀ √r y
    return ops.matmul(ops.transpose(Vt), inverse * ops.matmul(ops.transpose(U), root * y))


def gradient(X, y, weights, theta):
    """The gradient of the weighted mean of the squared errors.

    Args:
        X: shape (batch, features).
        y: shape (batch,).
        weights: r ≥ 0, shape (batch,), not all 0.
        theta: θ, shape (features,).

    Returns:
        Shape (features,).
    """
    slope = 2.0 * weights * (ops.matmul(X, theta) - y) / ops.sum(weights)
    return ops.matmul(ops.transpose(X), slope)


def descend(X, y, weights, theta, rate, steps):
    """Gradient descent on the weighted mean of the squared errors.

    Args:
        X: shape (batch, features).
        y: shape (batch,).
        weights: r ≥ 0, shape (batch,), not all 0.
        theta: where to start, shape (features,).
        rate: the learning rate α.
        steps: number of steps.

    Returns:
        The last θ, shape (features,).
    """
    for _ in range(steps):
        theta = theta - rate * gradient(X, y, weights, theta)
    return theta


def ridge(x, y, weights, penalty):
    """Weighted ridge regression with a free intercept.

    Args:
        x: features without a column of ones, shape (batch, features).
        y: shape (batch,).
        weights: r ≥ 0, shape (batch,), not all 0.
        penalty: λ > 0.

    Returns:
        (w, b) of shapes (features,) and ().
    """
    share = weights / ops.sum(weights)
    x_mean, y_mean = ops.matmul(share, x), ops.sum(share * y)
    x_c, y_c = x - x_mean, y - y_mean
    weighted = ops.transpose(weights[:, None] * x_c)
    G = ops.matmul(weighted, x_c) + penalty * ops.eye(x.shape[1])
    w = ops.solve(G, ops.matmul(weighted, y_c)[:, None])[:, 0]
    return w, y_mean - ops.sum(x_mean * w)
