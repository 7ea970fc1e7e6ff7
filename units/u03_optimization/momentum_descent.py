"""Momentum and Nesterov's momentum as plain loops that return the whole path (§4.3)."""

import numpy as np
from keras import ops

from units.u03_optimization.gradient_descent import rates


def momentum_descent(gradient, start, learning_rate, momentum, steps, nesterov=False):
    """Gradient descent with a velocity.

    v^(t+1) = β v^(t) − α_t ∇C(θ^(t))                  the heavy ball
    v^(t+1) = β v^(t) − α_t ∇C(θ^(t) + β v^(t))        with ``nesterov``: the gradient at θ + β v
    θ^(t+1) = θ^(t) + v^(t+1),   v^(0) = 0

    β = 0 is gradient descent. Here θ is the point of the equations. (The optimizer ``Nesterov`` holds θ + β v, the
    point at which ``fit`` has to take the gradient.)

    Args:
        gradient: a function of a tensor of the shape of ``start`` that returns ∇C there.
        start: θ^(0), of any shape.
        learning_rate: α, a number, an array that broadcasts against θ, or a function t ↦ α_t.
        momentum: β, a number in [0, 1) or an array of such that broadcasts against θ.
        steps: the number of updates.
        nesterov: which of the two.

    Returns:
        A NumPy array with θ^(0), …, θ^(steps): shape (steps + 1, *start.shape).

    Raises:
        ValueError: a β is not in [0, 1), or ``steps`` is negative.

    References: §4.3; Polyak (1964); Nesterov (1983).
    """
    beta = np.asarray(momentum, "float32")
    if not np.all((beta >= 0) & (beta < 1)):
        raise ValueError(f"momentum must be in [0, 1), not {momentum}.")
    if steps < 0:
        raise ValueError(f"steps must be ≥ 0, not {steps}.")
    start, beta = np.asarray(start, "float32"), ops.convert_to_tensor(beta)
    if steps == 0:
        return start[None]

    def step(state, alpha):
        theta, v = state
        # θ, or θ + β v for Nesterov's momentum
        ahead = theta + beta * v if nesterov else theta
        # v ← β v − α ∇C
        v = beta * v - alpha * gradient(ahead)
        # θ ← θ + v
        theta = theta + v
        return (theta, v), (theta, v)

    theta = ops.convert_to_tensor(start)
    alphas = ops.convert_to_tensor(rates(learning_rate, steps))
    # JAX compiles the step once; the other backends run a loop.
    _, (path, _) = ops.scan(step, (theta, ops.zeros_like(theta)), alphas)
    return np.concatenate([start[None], ops.convert_to_numpy(path)])
