"""The loop in plain JAX: one compiled function of state and batch, its old state donated."""

import jax
import jax.numpy as jnp
import optax

PRECISION = {"float32": jnp.float32, "bfloat16": jnp.bfloat16}


class Loop:
    """A native loop with its state.

    Args:
        build: the case's ``build``.
        weights: initial weights in Keras's order and layout.
        precision: ``"float32"`` or ``"bfloat16"``.
    """

    def __init__(self, build, weights, precision="float32"):
        self.state, step = build([jnp.asarray(w) for w in weights], precision)

        def add(state, total, *batch):
            state, loss = step(state, *batch)
            return state, total + loss

        self.step = jax.jit(add, donate_argnums=(0, 1))

    def run(self, arrays, batch, epochs=1):
        """Train; return the mean loss of the last epoch."""
        starts = range(0, len(arrays[0]), batch)
        state = self.state
        for _ in range(epochs):
            total = jnp.zeros(())
            for i in starts:
                state, total = self.step(state, total, *(a[i : i + batch] for a in arrays))
        self.state = state
        return float(total) / len(starts)


class ScanLoop(Loop):
    """An epoch in one compiled call: ``lax.scan`` over the batches, which lie on the device during a run."""

    def __init__(self, build, weights, precision="float32"):
        self.state, step = build([jnp.asarray(w) for w in weights], precision)

        def epoch(state, batches):
            state, losses = jax.lax.scan(lambda state, batch: step(state, *batch), state, batches)
            return state, losses.mean()

        self.epoch = jax.jit(epoch, donate_argnums=0)

    def run(self, arrays, batch, epochs=1):
        """Train; return the mean loss of the last epoch."""
        batches = tuple(jnp.asarray(a.reshape(-1, batch, *a.shape[1:])) for a in arrays)
        for _ in range(epochs):
            self.state, loss = self.epoch(self.state, batches)
        return float(loss)


LOOPS = {"native": Loop, "native_scan": ScanLoop}


def adam():
    """Adam with the numbers of all cases."""
    return optax.adam(1e-3, eps=1e-10)


def caster(precision):
    """A function that casts the floats of a tree: mixed precision keeps the weights in float32."""
    dtype = PRECISION[precision]

    def cast(tree):
        return jax.tree.map(lambda a: a.astype(dtype) if jnp.issubdtype(a.dtype, jnp.floating) else a, tree)

    return cast


def supervised(params, loss, precision):
    """State and training step for ``loss(params, x, y)``: gradient, update."""
    optimizer, cast = adam(), caster(precision)

    def objective(params, *batch):
        return loss(cast(params), *cast(batch)).astype(jnp.float32)

    def step(state, *batch):
        params, slots = state
        value, gradients = jax.value_and_grad(objective)(params, *batch)
        updates, slots = optimizer.update(gradients, slots, params)
        return (optax.apply_updates(params, updates), slots), value

    return (params, optimizer.init(params)), step


def cross_entropy(logits, y):
    """The mean cross-entropy of integer labels, in float32."""
    return optax.softmax_cross_entropy_with_integer_labels(logits.astype(jnp.float32), y).mean()


def two_hidden_layers(params, x):
    """Three dense layers, ReLU between them."""
    w1, b1, w2, b2, w3, b3 = params
    h = jax.nn.relu(x @ w1 + b1)
    return jax.nn.relu(h @ w2 + b2) @ w3 + b3
