"""Neural ODE: a Runge-Kutta solver as a loop of ``keras.ops``, differentiated through (Chen et al., 2018)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class NeuralODE(course.Model):
    def __init__(self, steps=4, **kwargs):
        super().__init__(**kwargs)
        self.steps = steps
        self.field = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.classifier = layers.Dense(3)

    def call(self, x):
        h = 1 / self.steps

        def advance(_, z):
            """One step of the classical method of order four."""
            a = self.field(z)
            b = self.field(z + h / 2 * a)
            c = self.field(z + h / 2 * b)
            d = self.field(z + h * c)
            return z + h / 6 * (a + 2 * b + 2 * c + d)

        return self.classifier(ops.fori_loop(0, self.steps, advance, x))

    def train_step(self, data):
        x, y = data

        def loss():
            return ops.mean(keras.losses.sparse_categorical_crossentropy(y, self(x), from_logits=True))

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}


def make():
    model = NeuralODE()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return vectors(), labels()
