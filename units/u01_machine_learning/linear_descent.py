"""The linear model by gradient descent: the same answer without solving a system (§2.4)."""

from collections import namedtuple

import numpy as np
from keras import ops

import course
from course.validation import features, numbers, targets

Descent = namedtuple("Descent", "theta losses rate path")


def squared_loss(X, y, theta):
    """The mean squared error of a linear model.

    C(θ) = (1/n) ‖y − Xθ‖²

    Args:
        X: X, shape (batch, features).
        y: y, shape (batch,) or (batch, 1).
        theta: θ, shape (features,).

    Returns:
        A scalar.
    """
    X, theta = ops.convert_to_tensor(X, "float32"), ops.convert_to_tensor(theta, "float32")
    y_hat = ops.matmul(X, theta)
    # C(θ) = (1/n) ‖y − Xθ‖²
    return ops.mean((y_hat - targets(y, y_hat)) ** 2)


def squared_loss_gradient(X, y, theta):
    """The gradient of the mean squared error.

    ∇C(θ) = (2/n) Xᵀ(Xθ − y)

    Args:
        X: X, shape (batch, features).
        y: y, shape (batch,) or (batch, 1).
        theta: θ, shape (features,).

    Returns:
        Shape (features,).
    """
    X, theta = ops.convert_to_tensor(X, "float32"), ops.convert_to_tensor(theta, "float32")
    return _gradient(X, targets(y, ops.matmul(X, theta)), theta)


def _gradient(X, y, theta):
    # ∇C(θ) = (2/n) Xᵀ(Xθ − y)
    return 2.0 / X.shape[0] * ops.matmul(ops.transpose(X), ops.matmul(X, theta) - y)


@course.compiled
def _step(X, y, theta, rate):
    # θ ← θ − α ∇C(θ)
    return theta - rate * _gradient(X, y, theta)


def gradient_descent(X, y, steps=1000, rate=None, start=None, every=1):
    """Minimize the mean squared error by gradient descent.

    θ ← θ − α ∇C(θ),   α = n / (2 s_max(X)²),   one over the largest curvature of C

    Any α below twice this one converges; how fast depends on the spread of the singular values of X, which is why
    features are standardized first.

    Args:
        X: X, shape (batch, features).
        y: y, shape (batch,) or (batch, 1).
        steps: number of steps.
        rate: α; None takes the α above.
        start: θ to start from, shape (features,); None starts at 0.
        every: record the loss and θ at every so many steps.

    Returns:
        ``Descent(theta, losses, rate, path)``: the last θ; NumPy losses and θ along the way, the start first,
        of shapes (records,) and (records, features); and the α used.

    Example:
        >>> result = gradient_descent([[1.0, 0.0], [0.0, 2.0]], [3.0, 4.0], steps=200)
        >>> print(ops.convert_to_numpy(result.theta).round(3), result.losses[-1] < 1e-6)
        [3. 2.] True
    """
    X = ops.convert_to_tensor(features(X, name="X"), "float32")
    y = ops.convert_to_tensor(numbers(y, rows=X.shape[0]), "float32")
    if rate is None:
        # α = n / (2 s_max(X)²)
        s_max = np.linalg.svd(ops.convert_to_numpy(X), compute_uv=False)[0]
        rate = X.shape[0] / (2 * s_max**2)
    rate = float(rate)
    theta = ops.zeros(X.shape[1]) if start is None else _start(start, X.shape[1])
    path = [theta]
    for step in range(1, steps + 1):
        # θ ← θ − α ∇C(θ)
        theta = _step(X, y, theta, rate)
        if step % every == 0:
            path.append(theta)
    path = np.stack([ops.convert_to_numpy(theta) for theta in path])
    # C(θ) of every recorded θ
    losses = ops.convert_to_numpy(_losses(X, y, ops.convert_to_tensor(path)))
    return Descent(theta, losses, rate, path)


def _start(start, features):
    return ops.convert_to_tensor(numbers(start, rows=features, name="start", of="features"), "float32")


@course.fused
def _losses(X, y, path):
    # C(θ) = (1/n) ‖y − Xθ‖² of every row θ
    return ops.mean((ops.matmul(path, ops.transpose(X)) - y) ** 2, axis=1)
