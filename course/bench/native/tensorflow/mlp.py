"""The MLP in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import cross_entropy, supervised, two_hidden_layers


def build(weights):
    """Return the training step."""
    variables = [tf.Variable(w) for w in weights]

    def loss(x, y):
        return cross_entropy(two_hidden_layers(variables, x), y)

    return supervised(variables, loss)
