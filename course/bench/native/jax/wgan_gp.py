"""The WGAN-GP step in plain JAX."""

import jax
import jax.numpy as jnp
import optax

from course.bench.native.jax.loop import adam, caster
from course.bench.native.jax.loop import two_hidden_layers as criticize


def generate(params, z):
    """Fake samples from noise."""
    w1, b1, w2, b2 = params
    return jax.nn.relu(z @ w1 + b1) @ w2 + b2


def build(weights, precision):
    """Return the initial state and the training step."""
    optimizer, cast = adam(), caster(precision)

    def critic_loss(critic, generator, batch):
        critic, generator, (real, z, mix) = cast((critic, generator, batch))
        fake = generate(generator, z)
        between = mix * real + (1 - mix) * fake
        slope = jax.grad(lambda x: criticize(critic, x).sum())(between)
        penalty = jnp.square(jnp.sqrt(jnp.square(slope).sum(-1) + 1e-12) - 1).mean()
        gap = criticize(critic, fake).mean() - criticize(critic, real).mean()
        return (gap + 10 * penalty).astype(jnp.float32)

    def generator_loss(generator, critic, z):
        generator, critic, z = cast((generator, critic, z))
        return -criticize(critic, generate(generator, z)).mean().astype(jnp.float32)

    def step(state, *batch):
        generator, critic, generator_slots, critic_slots = state
        value, gradients = jax.value_and_grad(critic_loss)(critic, generator, batch)
        updates, critic_slots = optimizer.update(gradients, critic_slots)
        critic = optax.apply_updates(critic, updates)
        gradients = jax.grad(generator_loss)(generator, critic, batch[1])
        updates, generator_slots = optimizer.update(gradients, generator_slots)
        generator = optax.apply_updates(generator, updates)
        return (generator, critic, generator_slots, critic_slots), value

    generator, critic = weights[:4], weights[4:]
    return (generator, critic, optimizer.init(generator), optimizer.init(critic)), step
