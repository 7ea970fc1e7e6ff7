"""Conjugate gradients, step by step."""

import numpy as np


def conjugate_gradient(A, b, steps):
    """Minimize ½ θᵀAθ − bᵀθ from θ = 0 by conjugate gradients.

    Args:
        A: symmetric positive definite, shape (features, features).
        b: of shape (features,).
        steps: how many steps to make; fewer are made if the residual becomes exactly 0.

    Returns:
        The points θ^(0), θ^(1), …, shape (steps + 1, features).
    """
    theta, r = np.zeros(len(b)), np.array(b, dtype="float64")
    d, path = r.copy(), [theta]
    for _ in range(steps):
        if not r.any():
            break
        # α = rᵀr / dᵀA d
        alpha = r @ r / (d @ A @ d)
        theta = theta + alpha * d
        r_new = r - alpha * (A @ d)
        # ν = r⁺ᵀr⁺ / rᵀr
        beta = r_new @ r_new / (r @ r)
        d, r = r_new + beta * d, r_new
        path.append(theta)
    return np.array(path)


def error_bound(A, step):
    """The bound on the error in the norm (eᵀA e)^½ after k steps, relative to the start.

    Args:
        A: symmetric positive definite, shape (features, features).
        step: k ≥ 0.

    Returns:
        2 ((√κ − 1)/(√κ + 1))^k with the condition number κ of A.
    """
    values = np.linalg.eigvalsh(A)
    root = np.sqrt(values[-1] / values[0])
    return 2 * ((root - 1) / (root + 1)) ** step
