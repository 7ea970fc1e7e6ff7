"""Sliced score matching: v·(J v) of a score network by a Jacobian product (Song et al., 2019)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class ScoreMatching(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.score = keras.Sequential([layers.Dense(8, activation="softplus"), layers.Dense(4)])
        self.seed = keras.random.SeedGenerator(12)
        self._adam = keras.optimizers.Adam(1e-2)
        self._mean_loss = keras.metrics.Mean(name="loss")

    def call(self, x):
        return self.score(x)

    def train_step(self, x):
        v = keras.random.normal(ops.shape(x), seed=self.seed)

        def loss():
            s, slope = course.jvp(self.score, (x,), (v,))
            return ops.mean(ops.sum(v * slope, axis=-1) + 0.5 * ops.sum(v * s, axis=-1) ** 2)

        value, gradients = course.value_and_grad(loss, self.score.trainable_variables)
        self._adam.apply(gradients, self.score.trainable_variables)
        self._mean_loss.update_state(value)
        return {"loss": self._mean_loss.result()}


def make():
    model = ScoreMatching()
    model.compile()
    return model


def data():
    return (vectors(),)
