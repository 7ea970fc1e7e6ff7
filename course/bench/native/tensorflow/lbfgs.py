"""Softmax regression in plain TensorFlow as a function of one long vector."""

import tensorflow as tf


def gradient(x, y, classes, penalty):
    """θ ↦ (C(θ), ∇C(θ)), NumPy in and out, as SciPy asks for it: C = mean cross-entropy of b + W x, and λ‖W‖²."""
    x, y = tf.constant(x), tf.constant(y)
    ends = x.shape[1] * classes

    @tf.function(input_signature=[tf.TensorSpec([ends + classes], tf.float32)])
    def compiled(theta):
        with tf.GradientTape() as tape:
            tape.watch(theta)
            W, b = tf.reshape(theta[:ends], (-1, classes)), theta[ends:]
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, x @ W + b)
            value = tf.reduce_mean(losses) + penalty * tf.reduce_sum(W**2)
        return value, tape.gradient(value, theta)

    def f(theta):
        value, slope = compiled(tf.convert_to_tensor(theta.astype("float32")))
        return float(value), slope.numpy().astype("float64")

    return f
