"""The transformer block in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import cross_entropy, supervised


def norm(x, gamma, beta):
    """Layer normalization over the last axis."""
    mean, variance = tf.nn.moments(x, -1, keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-5)


def build(weights):
    """Return the training step."""
    variables = [tf.Variable(v) for v in weights]
    g1, b1, qk, qb, kk, kb, vk, vb, ok, ob, g2, b2, w1, c1, w2, c2, w3, c3 = variables

    def loss(x, y):
        h = norm(x, g1, b1)
        q, k, v = (tf.einsum("bsd,dhk->bhsk", h, w) + b[:, None] for w, b in ((qk, qb), (kk, kb), (vk, vb)))
        scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * qk.shape[-1] ** -0.5)
        x = x + tf.einsum("bhsk,hkd->bsd", scores @ v, ok) + ob
        h = tf.nn.gelu(norm(x, g2, b2) @ w1 + c1, approximate=False)
        x = x + h @ w2 + c2
        return cross_entropy(tf.reduce_mean(x, axis=1) @ w3 + c3, y)

    return supervised(variables, loss)
