"""The MLP in plain JAX."""

import jax

from course.training.native.jax.loop import cross_entropy, supervised


def loss(params, x, y):
    """The cross-entropy of the network."""
    w1, b1, w2, b2, w3, b3 = params
    h = jax.nn.relu(x @ w1 + b1)
    h = jax.nn.relu(h @ w2 + b2)
    return cross_entropy(h @ w3 + b3, y)


def build(weights, precision):
    """Return the initial state and the training step."""
    return supervised(weights, loss, precision)
