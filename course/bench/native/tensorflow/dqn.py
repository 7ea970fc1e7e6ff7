"""The DQN step in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import Adam
from course.bench.native.tensorflow.loop import two_hidden_layers as values


def huber(error):
    """Half the square near zero, straight beyond one."""
    size = tf.abs(error)
    return tf.where(size <= 1, tf.square(error) / 2, size - 0.5)


def build(weights):
    """Return the training step."""
    variables = [tf.Variable(w) for w in weights]
    online, target = variables[:6], variables[6:]
    optimizer = Adam(online)

    def step(state, action, reward, following, done):
        goal = reward + 0.99 * (1 - done) * tf.reduce_max(values(target, following), axis=-1)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(online)
            chosen = tf.gather(values(online, state), action, batch_dims=1)
            value = tf.reduce_mean(huber(chosen - goal))
        optimizer.apply(tape.gradient(value, online))
        for t, o in zip(target, online, strict=True):
            t.assign_add(0.005 * (o - t))
        return value

    return step
