"""ResNet in plain JAX."""

import jax
import jax.numpy as jnp
import optax
from jax import lax

from course.bench.native.jax.loop import adam, caster, cross_entropy


def conv(x, kernel, stride):
    """A convolution of the same size, or of half of it."""
    axes = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, kernel, (stride, stride), "SAME", dimension_numbers=axes)


def norm(x, gamma, beta, moving):
    """Batch normalization, and the moving mean and variance after it."""
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    moving = tuple(0.99 * old + 0.01 * new for old, new in zip(moving, (mean, variance), strict=True))
    return (x - mean) * (lax.rsqrt(variance + 1e-3) * gamma) + beta, moving


def forward(params, moving, x):
    """Logits (batch, classes) of images (batch, height, width, channels), and the new moving statistics."""
    convolutions, (w, b) = params
    after = []

    def layer(i, x, stride=1):
        kernel, gamma, beta = convolutions[i]
        x, new = norm(conv(x, kernel, stride), gamma, beta, moving[i])
        after.append(new)
        return x

    x = jax.nn.relu(layer(0, x))
    for i in range(1, len(convolutions), 2):
        before, channels = convolutions[i][0].shape[2:]
        stride = channels // before
        h = layer(i + 1, jax.nn.relu(layer(i, x, stride)))
        x = jnp.pad(x[:, ::stride, ::stride], ((0, 0), (0, 0), (0, 0), (0, channels - before)))
        x = jax.nn.relu(x + h)
    return x.mean((1, 2)) @ w + b, after


def build(weights, precision):
    """Return the initial state and the training step."""
    optimizer, cast = adam(), caster(precision)
    *layers, last = [weights[i : i + 5] for i in range(0, len(weights), 5)]
    params = [tuple(layer[:3]) for layer in layers], tuple(last)
    moving = [tuple(layer[3:]) for layer in layers]

    def loss(params, moving, x, y):
        logits, moving = forward(cast(params), moving, cast(x))
        return cross_entropy(logits, y), moving

    def step(state, *batch):
        params, moving, slots = state
        (value, moving), gradients = jax.value_and_grad(loss, has_aux=True)(params, moving, *batch)
        updates, slots = optimizer.update(gradients, slots)
        moving = jax.tree.map(lambda a: a.astype(jnp.float32), moving)
        return (optax.apply_updates(params, updates), moving, slots), value

    return (params, moving, optimizer.init(params)), step
