"""BYOL: a network predicts what its own slow copy says of another view (Grill et al., 2020)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


def encoder():
    """With a BatchNorm, whose averages the copy follows too. Before a BatchNorm there is no bias."""
    return keras.Sequential(
        [
            layers.Dense(8, use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("tanh"),
            layers.Dense(4),
        ]
    )


@keras.saving.register_keras_serializable("published_steps")
class BYOL(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.online, self.target = encoder(), encoder()
        self.predictor = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.noise = layers.GaussianNoise(0.3, seed=1)

    def call(self, x):
        return self.online(x)

    def train_step(self, x):
        views = self.noise(x, training=True), self.noise(x, training=True)
        goals = [ops.normalize(self.target(v, training=True), axis=-1) for v in views]

        def loss():
            said = [ops.normalize(self.predictor(self.online(v, training=True)), axis=-1) for v in views]
            return sum(
                2 - 2 * ops.mean(ops.sum(a * b, axis=-1)) for a, b in zip(said, goals[::-1], strict=True)
            )

        variables = self.online.trainable_variables + self.predictor.trainable_variables
        value, gradients = course.value_and_grad(loss, variables)
        self.optimizer.apply(gradients, variables)
        for slow, fast in zip(self.target.variables, self.online.variables, strict=True):
            if fast.trainable:
                slow.assign(slow + 0.1 * (fast - slow))
        return {"loss": value}


def make():
    model = BYOL()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return (vectors(),)
