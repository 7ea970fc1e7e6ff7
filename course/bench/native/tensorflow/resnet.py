"""ResNet in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import Adam, cross_entropy


def build(weights):
    """Return the training step."""
    *layers, (w, b) = [[tf.Variable(w) for w in weights[i : i + 5]] for i in range(0, len(weights), 5)]
    variables = [v for layer in layers for v in layer[:3]] + [w, b]
    optimizer = Adam(variables)

    def layer(i, x, stride=1):
        kernel, gamma, beta, *moving = layers[i]
        x = tf.nn.conv2d(x, kernel, stride, "SAME")
        x, *now = tf.compat.v1.nn.fused_batch_norm(x, gamma, beta, epsilon=1e-3, is_training=True)
        for average, value in zip(moving, now, strict=True):
            average.assign_add(0.01 * (value - average))
        return x

    def forward(x):
        x = tf.nn.relu(layer(0, x))
        for i in range(1, len(layers), 2):
            before, channels = layers[i][0].shape[2:]
            stride = channels // before
            h = layer(i + 1, tf.nn.relu(layer(i, x, stride)))
            if stride > 1:
                x = tf.pad(x[:, ::stride, ::stride], ((0, 0), (0, 0), (0, 0), (0, channels - before)))
            x = tf.nn.relu(x + h)
        return tf.reduce_mean(x, axis=(1, 2)) @ w + b

    def step(x, y):
        with tf.GradientTape() as tape:
            value = cross_entropy(forward(x), y)
        optimizer.apply(tape.gradient(value, variables))
        return value

    return step
