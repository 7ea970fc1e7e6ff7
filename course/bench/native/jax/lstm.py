"""The recurrent network in plain JAX."""

import jax
import jax.numpy as jnp

from course.bench.native.jax.loop import cross_entropy, supervised


def loss(params, x, y):
    """The cross-entropy of logits on the last output."""
    kernel, recurrent, bias, w, b = params

    def cell(carry, projected):
        h, c = carry
        i, f, g, o = jnp.split(projected + h @ recurrent, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), None

    zeros = jnp.zeros((len(x), len(recurrent)), x.dtype)
    # The inputs' part of the gates, for all times at once: (seq, batch, 4·units).
    projected = jnp.swapaxes(x @ kernel + bias, 0, 1)
    (h, _), _ = jax.lax.scan(cell, (zeros, zeros), projected)
    return cross_entropy(h @ w + b, y)


def build(weights, precision):
    """Return the initial state and the training step."""
    return supervised(weights, loss, precision)
