"""Least squares by pseudo-inverse and by descent, and ridge regression."""

from keras import ops  # noqa: F401


def least_squares(X, y):
    """The smallest of all least-squares solutions.

    Args:
        X: shape (batch, features), of any rank.
        y: shape (batch,).

    Returns:
        θ, shape (features,).
    """
    raise NotImplementedError


def gradient(X, y, theta):
    """The gradient of the mean squared error.

    Args:
        X: shape (batch, features).
        y: shape (batch,).
        theta: θ, shape (features,).

    Returns:
        Shape (features,).
    """
    raise NotImplementedError


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
    raise NotImplementedError


def ridge(x, y, penalty):
    """Ridge regression with a free intercept.

    Args:
        x: features without a column of ones, shape (batch, features).
        y: shape (batch,).
        penalty: λ > 0.

    Returns:
        (w, b) of shapes (features,) and ().
    """
    raise NotImplementedError
