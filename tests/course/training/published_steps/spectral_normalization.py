"""A GAN whose discriminator is spectrally normalized; the layer assigns while it is called (Miyato et al., 2018)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class SpectralGAN(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.generator = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.discriminator = keras.Sequential(
            [
                layers.SpectralNormalization(layers.Dense(8)),
                layers.LeakyReLU(0.1),
                layers.SpectralNormalization(layers.Dense(1)),
            ]
        )
        self.seed = keras.random.SeedGenerator(3)
        self.g_opt = keras.optimizers.SGD(0.05)
        self.d_opt = keras.optimizers.SGD(0.05)

    def call(self, z):
        return self.generator(z)

    def train_step(self, real):
        z = keras.random.normal((ops.shape(real)[0], 3), seed=self.seed)

        def d_loss():
            true = self.discriminator(real, training=True)
            false = self.discriminator(self.generator(z), training=True)
            return ops.mean(ops.relu(1 - true)) + ops.mean(ops.relu(1 + false))

        d, gradients = course.value_and_grad(d_loss, self.discriminator.trainable_variables)
        self.d_opt.apply(gradients, self.discriminator.trainable_variables)

        def g_loss():
            return -ops.mean(self.discriminator(self.generator(z), training=False))

        g, gradients = course.value_and_grad(g_loss, self.generator.trainable_variables)
        self.g_opt.apply(gradients, self.generator.trainable_variables)
        return {"d_loss": d, "g_loss": g}


def make():
    model = SpectralGAN()
    model.compile()
    return model


def data():
    return (vectors(),)
