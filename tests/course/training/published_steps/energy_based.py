"""An energy-based model: samples by Langevin steps that go on from a buffer (Du and Mordatch, 2019)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import BATCH, vectors


@keras.saving.register_keras_serializable("published_steps")
class EnergyBased(course.Model):
    def __init__(self, steps=4, **kwargs):
        super().__init__(**kwargs)
        self.steps = steps
        self.energy = keras.Sequential([layers.Dense(8, activation="silu"), layers.Dense(1)])
        self.chains = self.add_weight(
            shape=(BATCH, 4),
            initializer=keras.initializers.RandomNormal(seed=1),
            trainable=False,
            name="chains",
        )
        self.seed = keras.random.SeedGenerator(13)

    def call(self, x):
        return self.energy(x)

    def sample(self):
        slope = course.grad(lambda x: ops.sum(self.energy(x)))
        x = self.chains
        for _ in range(self.steps):
            x = x - 0.1 * slope(x) + 0.05 * keras.random.normal(ops.shape(x), seed=self.seed)
        return ops.clip(x, -3, 3)

    def train_step(self, real):
        fake = self.sample()
        self.chains.assign(fake)

        def loss():
            low, high = self.energy(real), self.energy(fake)
            return ops.mean(low) - ops.mean(high) + 0.1 * ops.mean(low**2 + high**2)

        value, gradients = course.value_and_grad(loss, self.energy.trainable_variables)
        self.optimizer.apply(gradients, self.energy.trainable_variables)
        return {"loss": value}


def make():
    model = EnergyBased()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return (vectors(),)
