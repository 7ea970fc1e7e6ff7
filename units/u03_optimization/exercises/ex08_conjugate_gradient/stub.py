"""Conjugate gradients, step by step."""

import numpy as np  # noqa: F401


def conjugate_gradient(A, b, steps):
    """Minimise ½ θᵀAθ − bᵀθ from θ = 0 by conjugate gradients.

    Args:
        A: symmetric positive definite, of shape (n, n).
        b: of shape (n,).
        steps: how many steps to make; fewer are made if the residual becomes exactly 0.

    Returns:
        The points θ^(0), θ^(1), …, of shape (steps made + 1, n).
    """
    raise NotImplementedError


def error_bound(A, step):
    """By how much the error in the norm (eᵀA e)^½ has shrunk after some steps at least.

    Args:
        A: symmetric positive definite, of shape (n, n).
        step: k ≥ 0.

    Returns:
        2 ((√κ − 1)/(√κ + 1))^k with the condition number κ of A.
    """
    raise NotImplementedError
