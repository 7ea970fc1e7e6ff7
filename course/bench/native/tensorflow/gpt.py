"""The GPT in plain TensorFlow."""

import numpy as np
import tensorflow as tf

from course.bench.native.tensorflow.loop import cross_entropy, supervised
from course.bench.native.tensorflow.transformer import norm

WEIGHTS = 16  # of a block


def block(variables, x, mask):
    """Causal attention and a wide layer, each after a normalization, each added to its input."""
    g1, b1, qk, qb, kk, kb, vk, vb, ok, ob, g2, b2, w1, c1, w2, c2 = variables
    h = norm(x, g1, b1)
    q, k, v = (tf.einsum("bsd,dhk->bhsk", h, w) + b[:, None] for w, b in ((qk, qb), (kk, kb), (vk, vb)))
    scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * qk.shape[-1] ** -0.5 + mask)
    x = x + tf.einsum("bhsk,hkd->bsd", scores @ v, ok) + ob
    return x + tf.nn.gelu(norm(x, g2, b2) @ w1 + c1, approximate=False) @ w2 + c2


def build(weights):
    """Return the training step."""
    variables = [tf.Variable(v) for v in weights]
    tokens, positions, *blocks, gamma, beta, logits = variables
    context = len(weights[1])
    mask = tf.constant(np.triu(np.full((context, context), -1e9, "float32"), 1))  # nobody reads what follows

    def loss(x, y):
        x = tf.gather(tokens, x) + positions
        for i in range(0, len(blocks), WEIGHTS):
            x = block(blocks[i : i + WEIGHTS], x, mask)
        return cross_entropy(norm(x, gamma, beta) @ logits, y)

    return supervised(variables, loss)
