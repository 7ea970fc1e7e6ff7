"""Gradient accumulation: sums of gradients as variables, an update every second batch."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class Accumulation(course.Model):
    def __init__(self, every=2, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.every, self.rate = every, rate
        self.network = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(3)]
        )
        self.sums = [
            self.add_weight(shape=v.shape, initializer="zeros", trainable=False, name=f"sum_{i}")
            for i, v in enumerate(self.network.trainable_variables)
        ]
        self.batches = self.add_weight(shape=(), initializer="zeros", dtype="int32", trainable=False)

    def call(self, x):
        return self.network(x)

    def train_step(self, data):
        x, y = data
        variables = self.network.trainable_variables

        def loss():
            return ops.mean(keras.losses.sparse_categorical_crossentropy(y, self(x), from_logits=True))

        value, gradients = course.value_and_grad(loss, variables)
        self.batches.assign_add(1)
        ready = self.batches % self.every == 0
        for v, total, gradient in zip(variables, self.sums, gradients, strict=True):
            total.assign_add(gradient / self.every)
            v.assign(ops.where(ready, v - self.rate * total, v))
            total.assign(ops.where(ready, ops.zeros_like(total), total))
        return {"loss": value}


def make():
    model = Accumulation()
    model.compile()
    return model


def data():
    return vectors(), labels()
