"""The WGAN-GP step in plain TensorFlow."""

import tensorflow as tf

from course.bench.native.tensorflow.loop import Adam, two_hidden_layers


def build(weights):
    """Return the training step."""
    variables = [tf.Variable(w) for w in weights]
    generator, critic = variables[:4], variables[4:]
    generator_optimizer, critic_optimizer = Adam(generator), Adam(critic)

    def generate(z):
        w1, b1, w2, b2 = generator
        return tf.nn.relu(z @ w1 + b1) @ w2 + b2

    def criticize(x):
        return two_hidden_layers(critic, x)

    def step(real, z, mix):
        fake = generate(z)
        between = mix * real + (1 - mix) * fake
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(critic)
            with tf.GradientTape(watch_accessed_variables=False) as inner:
                inner.watch(between)
                total = tf.reduce_sum(criticize(between))
            slope = inner.gradient(total, between)
            norm = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=-1) + 1e-12)
            gap = tf.reduce_mean(criticize(fake)) - tf.reduce_mean(criticize(real))
            value = gap + 10 * tf.reduce_mean(tf.square(norm - 1))
        # The last bias does not enter the slope; the two means cancel in its gradient, which is zero.
        critic_optimizer.apply(tape.gradient(value, critic))

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(generator)
            loss = -tf.reduce_mean(criticize(generate(z)))
        generator_optimizer.apply(tape.gradient(loss, generator))
        return value

    return step
