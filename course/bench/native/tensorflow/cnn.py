"""The convolutional network in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import cross_entropy, supervised


def build(weights):
    """Return the training step."""
    k1, b1, k2, b2, w, b = variables = [tf.Variable(w) for w in weights]

    def forward(x):
        for kernel, bias in ((k1, b1), (k2, b2)):
            x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), bias))
            x = tf.nn.max_pool2d(x, 2, 2, "VALID")
        return tf.reshape(x, (-1, 7 * 7 * 16)) @ w + b

    step = supervised(variables, lambda x, y: cross_entropy(forward(x), y))
    step.forward = forward
    return step


def logits(loop, x):
    """What a trained loop says of images, as NumPy."""
    return loop.forward(x).numpy()
