"""GAN: two networks, two optimizers that are given to a ``compile`` of the model's own (Goodfellow et al., 2014)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class GAN(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.discriminator = keras.Sequential(
            [layers.Dense(8), layers.LeakyReLU(0.2), layers.Dropout(0.2, seed=3), layers.Dense(1)]
        )
        self.seed = keras.random.SeedGenerator(1)
        self.d_metric = keras.metrics.Mean(name="d_loss")
        self.g_metric = keras.metrics.Mean(name="g_loss")

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    def call(self, z):
        return self.generator(z)

    def train_step(self, real):
        n = ops.shape(real)[0]
        z = keras.random.normal((n, 3), seed=self.seed)
        labels = ops.concatenate([ops.ones((n, 1)), ops.zeros((n, 1))])

        def d_loss():
            fake = self.generator(z)
            return self.loss_fn(labels, self.discriminator(ops.concatenate([real, fake]), training=True))

        d, gradients = course.value_and_grad(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(zip(gradients, self.discriminator.trainable_weights, strict=True))

        def g_loss():
            return self.loss_fn(ops.ones((n, 1)), self.discriminator(self.generator(z), training=True))

        g, gradients = course.value_and_grad(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(gradients, self.generator.trainable_weights, strict=True))
        self.d_metric.update_state(d)
        self.g_metric.update_state(g)
        return {"d_loss": self.d_metric.result(), "g_loss": self.g_metric.result()}


def make():
    model = GAN()
    model.compile(
        d_optimizer=keras.optimizers.Adam(1e-2, beta_1=0.5),
        g_optimizer=keras.optimizers.Adam(5e-3, beta_1=0.5),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return model


def data():
    return (vectors(),)
