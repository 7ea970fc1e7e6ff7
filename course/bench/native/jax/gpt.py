"""The GPT in plain JAX."""

import jax
import jax.numpy as jnp

from course.bench.native.jax.loop import cross_entropy, supervised
from course.bench.native.jax.transformer import norm

WEIGHTS = 16  # of a block


def block(params, x):
    """Causal attention and a wide layer, each after a normalization, each added to its input."""
    g1, b1, qk, qb, kk, kb, vk, vb, ok, ob, g2, b2, w1, c1, w2, c2 = params
    h = norm(x, g1, b1)
    q, k, v = (jnp.einsum("bsd,dhk->bshk", h, w) + b for w, b in ((qk, qb), (kk, kb), (vk, vb)))
    heads = jax.nn.dot_product_attention(q, k, v, is_causal=True)
    x = x + jnp.einsum("bshk,hkd->bsd", heads, ok) + ob
    return x + jax.nn.gelu(norm(x, g2, b2) @ w1 + c1, approximate=False) @ w2 + c2


def loss(params, x, y):
    """The cross-entropy of the characters that follow."""
    tokens, positions, *blocks, gamma, beta, logits = params
    x = tokens[x] + positions
    for i in range(0, len(blocks), WEIGHTS):
        x = block(blocks[i : i + WEIGHTS], x)
    return cross_entropy(norm(x, gamma, beta) @ logits, y)


def build(weights, precision):
    """Return the initial state and the training step."""
    return supervised(weights, loss, precision)
