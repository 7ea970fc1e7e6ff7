"""Momentum and Nesterov's momentum."""

from keras import ops


def heavy_ball(theta, gradients, learning_rate, momentum):
    """Momentum with given gradients.

    v^(t+1) = β v^(t) − α g^(t),   θ^(t+1) = θ^(t) + v^(t+1),   v^(0) = 0

    Args:
        theta: θ^(0), shape (features,).
        gradients: g^(0), g^(1), … as rows, shape (steps, features).
        learning_rate: α.
        momentum: β.

    Returns:
        ``(theta, v)`` after the last step.
    """
    v = ops.zeros_like(theta)
    for t in range(gradients.shape[0]):
        # v ← β v − α g
        v = momentum * v - learning_rate * gradients[t]
        # θ ← θ + v
        theta = theta + v
    return theta, v


def nesterov(H, theta, learning_rate, momentum, steps):
    """Nesterov's momentum on C(θ) = ½ θᵀHθ: the gradient is taken at θ + β v.

    v^(t+1) = β v^(t) − α ∇C(θ^(t) + β v^(t)),   θ^(t+1) = θ^(t) + v^(t+1),   v^(0) = 0

    Args:
        H: symmetric, shape (features, features); ∇C(θ) = Hθ.
        theta: θ^(0), shape (features,).
        learning_rate: α.
        momentum: β.
        steps: how many updates, an int.

    Returns:
        θ^(0), …, θ^(steps) as rows, shape (steps + 1, features).
    """
    v = ops.zeros_like(theta)
    path = [theta]
    for _ in range(steps):
        # ∇C(θ + β v)
        g = ops.matmul(H, theta + momentum * v)
        v = momentum * v - learning_rate * g
        theta = theta + v
        path.append(theta)
    return ops.stack(path)


def tuned(smallest, largest):
    """The best α and β of the heavy ball on a quadratic with curvatures between m and L.

    α = 4/(√L + √m)²,   β = ((√κ − 1)/(√κ + 1))²,   κ = L/m

    Args:
        smallest: m > 0, a number.
        largest: L ≥ m, a number.

    Returns:
        ``(alpha, beta)``.
    """
    root = (largest / smallest) ** 0.5
    alpha = 4.0 / (largest**0.5 + smallest**0.5) ** 2
    return alpha, ((root - 1.0) / (root + 1.0)) ** 2
