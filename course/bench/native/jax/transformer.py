"""The transformer block in plain JAX."""

import jax
import jax.numpy as jnp

from course.bench.native.jax.loop import cross_entropy, supervised


def norm(x, gamma, beta):
    """Layer normalization over the last axis."""
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-5) * gamma + beta


def loss(params, x, y):
    """The cross-entropy of the block."""
    g1, b1, qk, qb, kk, kb, vk, vb, ok, ob, g2, b2, w1, c1, w2, c2, w3, c3 = params
    h = norm(x, g1, b1)
    q, k, v = (jnp.einsum("bsd,dhk->bshk", h, w) + b for w, b in ((qk, qb), (kk, kb), (vk, vb)))
    x = x + jnp.einsum("bshk,hkd->bsd", jax.nn.dot_product_attention(q, k, v), ok) + ob
    h = jax.nn.gelu(norm(x, g2, b2) @ w1 + c1, approximate=False)
    x = x + h @ w2 + c2
    return cross_entropy(x.mean(axis=1) @ w3 + c3, y)


def build(weights, precision):
    """Return the initial state and the training step."""
    return supervised(weights, loss, precision)
