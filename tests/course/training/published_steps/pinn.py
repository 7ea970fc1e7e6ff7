"""A physics-informed network: the heat equation, its conductivity unknown (Raissi et al., 2019)."""

import keras
import numpy as np
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class PINN(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.u = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1)])
        self.conductivity = self.add_weight(shape=(), initializer="ones", name="conductivity")

    def call(self, points):
        return self.u(points)

    def train_step(self, data):
        points, measured = data
        x, t = points[:, :1], points[:, 1:]

        def u(x, t):
            return self.u(ops.concatenate([x, t], axis=-1))

        def u_x(x, t):
            return course.grad(lambda s: ops.sum(u(s, t)))(x)

        def loss():
            u_t = course.grad(lambda s: ops.sum(u(x, s)))(t)
            u_xx = course.grad(lambda s: ops.sum(u_x(s, t)))(x)
            residual = u_t - self.conductivity * u_xx
            return ops.mean(residual**2) + ops.mean((u(x, t) - measured) ** 2)

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value, "conductivity": self.conductivity}


def make():
    model = PINN()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    points = vectors(0, 2)
    return points, np.sin(points[:, :1]) * np.exp(-np.abs(points[:, 1:]))
