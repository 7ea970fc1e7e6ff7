"""Momentum and Nesterov's momentum."""

from keras import ops  # noqa: F401


def heavy_ball(theta, gradients, learning_rate, momentum):
    """Momentum, fed one gradient after the other.

    v^(t+1) = β v^(t) − α g^(t),   θ^(t+1) = θ^(t) + v^(t+1),   v^(0) = 0

    Args:
        theta: θ^(0), shape ``(features,)``.
        gradients: g^(0), g^(1), … as rows, shape ``(steps, features)``.
        learning_rate: α.
        momentum: β.

    Returns:
        ``(theta, v)`` after the last step.
    """
    raise NotImplementedError


def nesterov(H, theta, learning_rate, momentum, steps):
    """Nesterov's momentum on C(θ) = ½ θᵀHθ: the gradient is taken where the velocity leads.

    v^(t+1) = β v^(t) − α ∇C(θ^(t) + β v^(t)),   θ^(t+1) = θ^(t) + v^(t+1),   v^(0) = 0

    Args:
        H: symmetric, shape ``(features, features)``; ∇C(θ) = Hθ.
        theta: θ^(0), shape ``(features,)``.
        learning_rate: α.
        momentum: β.
        steps: how many updates, an int.

    Returns:
        θ^(0), …, θ^(steps) as rows, shape ``(steps + 1, features)``.
    """
    raise NotImplementedError


def tuned(smallest, largest):
    """The best α and β of the heavy ball on a quadratic with curvatures between m and L.

    α = 4/(√L + √m)²,   β = ((√κ − 1)/(√κ + 1))²,   κ = L/m

    Args:
        smallest: m > 0, a number.
        largest: L ≥ m, a number.

    Returns:
        ``(alpha, beta)``.
    """
    raise NotImplementedError
