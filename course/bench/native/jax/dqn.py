"""The DQN step in plain JAX."""

import jax
import jax.numpy as jnp
import optax

from course.bench.native.jax.loop import adam, caster
from course.bench.native.jax.loop import two_hidden_layers as values


def build(weights, precision):
    """Return the initial state and the training step."""
    optimizer, cast = adam(), caster(precision)

    def loss(online, target, batch):
        online, target, (state, action, reward, following, done) = cast((online, target, batch))
        goal = reward + 0.99 * (1 - done) * values(target, following).max(-1)
        chosen = jnp.take_along_axis(values(online, state), action[:, None], axis=1)[:, 0]
        return optax.huber_loss(chosen, goal).mean().astype(jnp.float32)

    def step(state, *batch):
        online, target, slots = state
        value, gradients = jax.value_and_grad(loss)(online, target, batch)
        updates, slots = optimizer.update(gradients, slots)
        online = optax.apply_updates(online, updates)
        target = optax.incremental_update(online, target, 0.005)
        return (online, target, slots), value

    return (weights[:6], weights[6:], optimizer.init(weights[:6])), step
