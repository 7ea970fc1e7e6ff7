"""Newton's method for logistic regression, damped, and Levenberg's step."""

import numpy as np


def derivatives(theta, x, y, penalty):
    """The gradient and the Hessian of the penalized logistic loss.

    C(θ) = (1/n) ∑_i (log(1 + e^{z_i}) − y_i z_i) + (δ/2) ‖θ‖²,   z = X θ

    Args:
        theta: θ, shape (features,).
        x: X, shape (batch, features).
        y: labels 0 or 1, shape (batch,).
        penalty: δ ≥ 0.

    Returns:
        ``(g, H)`` of shapes (features,) and (features, features).
    """
    p = 1 / (1 + np.exp(-(x @ theta)))
    g = x.T @ (p - y) / len(y) + penalty * theta
    H = (x.T * (p * (1 - p))) @ x / len(y) + penalty * np.eye(len(theta))
    return g, H


def newton_step(gradient, hessian):
    """Newton's step d, the solution of H d = −g.

    Args:
        gradient: g, shape (features,).
        hessian: H, shape (features, features).

    Returns:
        d, shape (features,).
    """
    return -np.linalg.solve(hessian, gradient)


def damped_newton(theta, x, y, penalty):
    """One step of damped Newton: the full step, halved until the loss decreases enough.

    Args:
        theta: θ, shape (features,).
        x: X, shape (batch, features).
        y: labels 0 or 1, shape (batch,).
        penalty: δ > 0.

    Returns:
        θ + α d with the first α of 1, ½, ¼, … that meets C(θ + α d) ≤ C(θ) + α gᵀd / 4.
    """

    def loss(t):
        z = x @ t
        return np.mean(np.logaddexp(0, z) - y * z) + penalty / 2 * (t @ t)

    g, H = derivatives(theta, x, y, penalty)
    d = newton_step(g, H)
    alpha = 1.0
    while loss(theta + alpha * d) > loss(theta) + alpha * (g @ d) / 4:
        alpha = alpha / 2
    return theta + alpha * d


def levenberg_step(gradient, hessian, damping):
    """A descent step for a Hessian with any eigenvalues.

    Args:
        gradient: g, shape (features,).
        hessian: H, symmetric, shape (features, features).
        damping: μ > 0.

    Returns:
        d with (H + τI) d = −g, shape (features,), where τ = μ if H has no negative eigenvalue, else μ − λ_min(H).
    """
    least = np.linalg.eigvalsh(hessian)[0]
    shift = damping + max(0.0, -least)
    return newton_step(gradient, hessian + shift * np.eye(len(gradient)))
