"""Variational autoencoder: a sampling layer and three metrics (Kingma and Welling, 2014)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class Sampling(layers.Layer):
    """z = μ + σ·ε."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(4)

    def call(self, inputs):
        mean, log_variance = inputs
        return mean + ops.exp(0.5 * log_variance) * keras.random.normal(
            ops.shape(mean), seed=self.seed_generator
        )


@keras.saving.register_keras_serializable("published_steps")
class VAE(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        inputs = keras.Input((4,))
        h = layers.Dense(8, activation="tanh")(inputs)
        mean, log_variance = layers.Dense(2, name="mean")(h), layers.Dense(2, name="log_variance")(h)
        self.encoder = keras.Model(inputs, [mean, log_variance, Sampling()([mean, log_variance])])
        self.decoder = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.total_tracker = keras.metrics.Mean(name="loss")
        self.divergence_tracker = keras.metrics.Mean(name="kl_loss")

    @property
    def metrics(self):
        return [self.total_tracker, self.divergence_tracker]

    def call(self, x):
        return self.decoder(self.encoder(x)[0])

    def train_step(self, x):
        def loss():
            mean, log_variance, z = self.encoder(x)
            error = ops.mean(ops.sum((x - self.decoder(z)) ** 2, axis=-1))
            divergence = -0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance))
            divergence = ops.mean(ops.sum(divergence, axis=-1))
            return error + divergence, divergence

        (value, divergence), gradients = course.value_and_grad(loss, self.trainable_weights, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_weights)
        self.total_tracker.update_state(value)
        self.divergence_tracker.update_state(divergence)
        return {m.name: m.result() for m in self.metrics}


def make():
    model = VAE()
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    return model


def data():
    return (vectors(),)
