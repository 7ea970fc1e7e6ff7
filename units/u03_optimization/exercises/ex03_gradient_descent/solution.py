"""Gradient descent on a quadratic: its path, its largest stable and its best learning rate."""

from keras import ops


def largest_stable_rate(H):
    """The learning rate below which gradient descent on C(θ) = ½ θᵀHθ − bᵀθ converges from every start.

    2/L,   L the largest eigenvalue of H

    Args:
        H: a symmetric matrix with positive eigenvalues, shape (features, features).

    Returns:
        A number (a tensor of shape ()).
    """
    return 2.0 / ops.max(ops.eigh(H)[0])


def best_rate(H):
    """The constant learning rate for which gradient descent on the quadratic is fastest, and its factor.

    α* = 2/(L + m),   ρ = (κ − 1)/(κ + 1),   κ = L/m

    Args:
        H: as above; m and L are its smallest and largest eigenvalue.

    Returns:
        ``(alpha, rho)``, two numbers.
    """
    lam = ops.eigh(H)[0]
    m, L = ops.min(lam), ops.max(lam)
    # ρ = (κ − 1)/(κ + 1) = (L − m)/(L + m)
    return 2.0 / (L + m), (L - m) / (L + m)


def gradient_descent(H, b, theta, learning_rate, steps):
    """Gradient descent on C(θ) = ½ θᵀHθ − bᵀθ, with all points of the path.

    θ^(t+1) = θ^(t) − α ∇C(θ^(t)),   ∇C(θ) = Hθ − b

    Args:
        H: symmetric, shape (features, features).
        b: shape (features,).
        theta: θ^(0), shape (features,).
        learning_rate: α.
        steps: how many updates, an int.

    Returns:
        θ^(0), …, θ^(steps) as rows, shape (steps + 1, features).
    """
    path = [theta]
    for _ in range(steps):
        # θ ← θ − α (Hθ − b)
        theta = theta - learning_rate * (ops.matmul(H, theta) - b)
        path.append(theta)
    return ops.stack(path)
