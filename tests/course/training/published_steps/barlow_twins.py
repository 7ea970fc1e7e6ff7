"""Barlow Twins: the correlations between two views shall be the identity (Zbontar et al., 2021)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class BarlowTwins(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.encoder = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.noise = layers.GaussianNoise(0.3, seed=1)

    def call(self, x):
        return self.encoder(x)

    def compute_correlation(self, x):
        """The correlations between two views, axes (features, features)."""
        a, b = (self.encoder(self.noise(x, training=True), training=True) for _ in range(2))
        a, b = ((z - ops.mean(z, axis=0)) / (ops.std(z, axis=0) + 1e-3) for z in (a, b))
        return ops.matmul(ops.transpose(a), b) / ops.cast(ops.shape(x)[0], a.dtype)

    def train_step(self, x):
        def loss():
            c = self.compute_correlation(x)
            on = ops.sum((ops.diagonal(c) - 1) ** 2)
            off = ops.sum(ops.where(ops.cast(ops.eye(4), "bool"), 0.0, c) ** 2)
            return on + 0.1 * off

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}


def make():
    model = BarlowTwins()
    model.compile(keras.optimizers.SGD(1e-2, momentum=0.9))
    return model


def data():
    return (vectors(),)
