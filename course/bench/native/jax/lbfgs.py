"""Softmax regression in plain JAX as a function of one long vector."""

import jax
import jax.numpy as jnp
import numpy as np
import optax


def gradient(x, y, classes, penalty):
    """θ ↦ (C(θ), ∇C(θ)), NumPy in and out, as SciPy asks for it: C = mean cross-entropy of b + W x, and λ‖W‖²."""
    x, y = jnp.asarray(x), jnp.asarray(y)
    ends = x.shape[1] * classes

    @jax.jit
    @jax.value_and_grad
    def compiled(theta):
        W, b = theta[:ends].reshape(-1, classes), theta[ends:]
        losses = optax.softmax_cross_entropy_with_integer_labels(x @ W + b, y)
        return losses.mean() + penalty * jnp.sum(W**2)

    def f(theta):
        value, slope = compiled(theta.astype("float32"))
        return float(value), np.asarray(slope, "float64")

    return f
