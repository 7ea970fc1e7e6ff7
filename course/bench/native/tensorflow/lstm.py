"""The recurrent network in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import cross_entropy, supervised


def build(weights):
    """Return the training step."""
    kernel, recurrent, bias, w, b = variables = [tf.Variable(v) for v in weights]

    def loss(x, y):
        # The inputs' part of the gates, for all times at once; the loop over time is unrolled in the graph.
        projected = tf.unstack(x @ kernel + bias, axis=1)
        h = c = tf.zeros((x.shape[0], recurrent.shape[0]))
        for p in projected:
            i, f, g, o = tf.split(p + h @ recurrent, 4, axis=-1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
        return cross_entropy(h @ w + b, y)

    return supervised(variables, loss)
