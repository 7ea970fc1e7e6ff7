"""Gradient descent and stochastic gradient descent as plain loops that return the whole path (§4.2)."""

import numpy as np
from keras import ops


def gradient_descent(gradient, start, learning_rate, steps):
    """Gradient descent; all points are kept.

    θ^(t+1) = θ^(t) − α_t ∇C(θ^(t))

    Many descents run at once if ``start`` has leading axes and the gradient acts on each row.

    Args:
        gradient: a function of a tensor of the shape of ``start`` that returns ∇C there, for example
            ``course.grad(f)``, or ``course.grad(lambda x: ops.sum(f(x)))`` for many descents.
        start: θ^(0), of any shape.
        learning_rate: α, a number or an array that broadcasts against θ (one α for each descent); or a function
            t ↦ α_t, such as a schedule.
        steps: the number of updates.

    Returns:
        A NumPy array with θ^(0), …, θ^(steps): shape (steps + 1, *start.shape).

    Raises:
        ValueError: ``steps`` is negative.

    Example:
    >>> gradient_descent(lambda theta: 2 * theta, [1.0, -2.0], learning_rate=0.25, steps=2)
    array([[ 1.  , -2.  ],
           [ 0.5 , -1.  ],
           [ 0.25, -0.5 ]], dtype=float32)
    """
    if steps < 0:
        raise ValueError(f"steps must be ≥ 0, not {steps}.")
    start = np.asarray(start, "float32")

    def step(theta, alpha):
        # θ ← θ − α_t ∇C(θ)
        theta = theta - alpha * gradient(theta)
        return theta, theta

    if steps == 0:
        return start[None]
    # JAX compiles the step once; the other backends run a loop.
    alphas = ops.convert_to_tensor(rates(learning_rate, steps))
    _, path = ops.scan(step, ops.convert_to_tensor(start), alphas)
    return np.concatenate([start[None], ops.convert_to_numpy(path)])


def stochastic_descent(batch_gradient, start, learning_rate, batches):
    """Gradient descent with the gradient of a batch of samples.

    θ^(t+1) = θ^(t) − α_t ∇C_batch(θ^(t)),   C_batch = (1/|batch|) ∑_{i ∈ batch} C_i

    If every sample is as likely as any other to be in the batch, the mean of ∇C_batch is ∇C. Batches of one sample:
    stochastic gradient descent; of all samples: gradient descent; in between: mini-batches.

    Args:
        batch_gradient: a function (θ, batch) ↦ ∇C_batch(θ).
        start: θ^(0), of any shape.
        learning_rate: α, as in ``gradient_descent``.
        batches: an iterable with whatever ``batch_gradient`` takes for a batch, such as arrays of indices (batch,).

    Returns:
        A NumPy array of shape (batches + 1, *start.shape).

    References: §4.2; Robbins and Monro (1951).
    """
    batches = list(batches)
    alphas = rates(learning_rate, len(batches))
    theta = ops.convert_to_tensor(np.asarray(start, "float32"))
    path = [ops.convert_to_numpy(theta)]
    for alpha, batch in zip(alphas, batches, strict=True):
        # θ ← θ − α_t ∇C_batch(θ)
        theta = theta - ops.convert_to_tensor(alpha) * batch_gradient(theta, batch)
        path.append(ops.convert_to_numpy(theta))
    return np.stack(path)


def rates(learning_rate, steps):
    """The learning rates α_t of all steps, from a number, an array or a function: float32, shape (steps, ...)."""
    if callable(learning_rate):
        values = [ops.convert_to_numpy(learning_rate(t)) for t in range(steps)]
        return np.asarray(values, "float32")
    alpha = np.asarray(learning_rate, "float32")
    return np.broadcast_to(alpha, (steps, *alpha.shape))
