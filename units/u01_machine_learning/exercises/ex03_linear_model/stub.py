"""Weighted least squares by pseudo-inverse and by descent, and weighted ridge regression."""

from keras import ops  # noqa: F401


def least_squares(X, y, weights):
    """The smallest of all solutions of weighted least squares.

    Args:
        X: shape (batch, features), of any rank.
        y: shape (batch,).
        weights: r ≥ 0, how much each sample counts, shape (batch,).

    Returns:
        θ, shape (features,).
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError
