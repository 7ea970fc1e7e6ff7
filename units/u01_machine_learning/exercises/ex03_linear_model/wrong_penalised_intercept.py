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
    # Σ r_i (y_i − x_iᵀθ)² = ‖√r y − √r X θ‖²
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
    X = ops.concatenate([ops.ones((x.shape[0], 1)), x], axis=1)
    weighted = ops.transpose(weights[:, None] * X)
    G = ops.matmul(weighted, X) + penalty * ops.eye(X.shape[1])
    theta = ops.solve(G, ops.matmul(weighted, y)[:, None])[:, 0]
    return theta[1:], theta[0]
