"""Deep Q-learning in plain JAX: a compiled function acts, and a compiled scan does a block of updates."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax

from course.bench.native.jax.loop import adam
from course.bench.native.jax.loop import two_hidden_layers as values


@jax.jit
def greedy(online, s):
    """Greedy actions."""
    return values(online, s).argmax(-1)


@partial(jax.jit, static_argnums=(2, 3, 4), donate_argnums=(0,))
def block(state, memory, discount, period, kappa):
    """One update for each batch; the mean loss and the mean of Q(s, a) over the block."""

    def cost(online, target, s, a, r, following, terminated):
        y = r + discount * (1 - terminated) * values(target, following).max(-1)
        q = jnp.take_along_axis(values(online, s), a[:, None], axis=1)[:, 0]
        loss = optax.huber_loss(q, y, delta=kappa).mean()
        return loss, (loss, q.mean())

    def update(state, batch):
        online, target, slots, count = state
        slopes, found = jax.grad(cost, has_aux=True)(online, target, *batch)
        changes, slots = adam().update(slopes, slots)
        online = optax.apply_updates(online, changes)
        target = optax.periodic_update(online, target, count + 1, period)
        return (online, target, slots, count + 1), found

    state, (losses, means) = jax.lax.scan(update, state, memory)
    return state, (losses.mean(), means.mean())


class Learner:
    """Two networks and the optimizer."""

    def __init__(self, weights, discount, period, kappa):
        online, target = ([jnp.array(w) for w in weights] for _ in range(2))
        self.state = (online, target, adam().init(online), jnp.zeros((), "int32"))
        self.numbers = (discount, period, kappa)

    def act(self, s):
        """Greedy actions."""
        return np.asarray(greedy(self.state[0], s))

    def learn(self, *memory):
        """One update for each batch; the mean loss and the mean of Q(s, a) over the block."""
        self.state, (loss, value) = block(self.state, memory, *self.numbers)
        return float(loss), float(value)
