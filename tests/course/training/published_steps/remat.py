"""Rematerialization: a block whose inner values are computed again for the gradient (Chen et al., 2016)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class Remat(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        with keras.RematScope(mode="full"):
            self.first = layers.Dense(8, activation="tanh")
            self.second = layers.Dense(8, activation="tanh")
        self.third = layers.Dense(8, activation="tanh")
        self.logits = layers.Dense(3)

    def call(self, x):
        h = self.second(self.first(x))
        return self.logits(h + keras.remat(self.third)(h))

    def train_step(self, data):
        x, y = data

        def loss():
            return ops.mean(keras.losses.sparse_categorical_crossentropy(y, self(x), from_logits=True))

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}


def make():
    model = Remat()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return vectors(), labels()
