"""The MLP in plain TensorFlow."""

import tensorflow as tf

from course.training.native.tensorflow.loop import cross_entropy, supervised


def build(weights):
    """Return the training step."""
    w1, b1, w2, b2, w3, b3 = variables = [tf.Variable(w) for w in weights]

    def loss(x, y):
        h = tf.nn.relu(x @ w1 + b1)
        h = tf.nn.relu(h @ w2 + b2)
        return cross_entropy(h @ w3 + b3, y)

    return supervised(variables, loss)
