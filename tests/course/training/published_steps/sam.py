"""Sharpness-aware minimization: climb, take the gradient there, go back, descend (Foret et al., 2021)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class SAM(course.Model):
    def __init__(self, rho=0.1, **kwargs):
        super().__init__(**kwargs)
        self.rho = rho
        self.network = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(3)])

    def call(self, x):
        return self.network(x)

    def train_step(self, data):
        x, y = data

        def loss():
            return ops.mean(keras.losses.sparse_categorical_crossentropy(y, self(x), from_logits=True))

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        norm = ops.sqrt(sum(ops.sum(g**2) for g in gradients))
        old = [ops.convert_to_tensor(v) for v in self.trainable_variables]
        for v, g in zip(self.trainable_variables, gradients, strict=True):
            v.assign_add(self.rho * g / (norm + 1e-12))
        sharp, gradients = course.value_and_grad(loss, self.trainable_variables)
        for v, w in zip(self.trainable_variables, old, strict=True):
            v.assign(w)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value, "sharp_loss": sharp}


def make():
    model = SAM()
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9))
    return model


def data():
    return vectors(), labels()
