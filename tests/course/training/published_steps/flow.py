"""RealNVP: couplings whose logarithm of the determinant is a sum (Dinh et al., 2017)."""

import math

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class Coupling(layers.Layer):
    """One half scales and moves the other; which half is which is a row of zeros and ones that is not trained."""

    def __init__(self, mask, **kwargs):
        super().__init__(**kwargs)
        self.mask = [float(m) for m in mask]
        self.kept = self.add_weight(
            shape=(len(mask),), initializer=lambda shape, dtype: ops.array(self.mask, dtype), trainable=False
        )
        self.scale = keras.Sequential(
            [layers.Dense(8, activation="tanh"), layers.Dense(4, activation="tanh")]
        )
        self.move = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])

    def call(self, x):
        kept = x * self.kept
        s, t = (1 - self.kept) * self.scale(kept), (1 - self.kept) * self.move(kept)
        return kept + (1 - self.kept) * (x * ops.exp(s) + t), ops.sum(s, axis=-1)


@keras.saving.register_keras_serializable("published_steps")
class RealNVP(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.couplings = [Coupling([1, 1, 0, 0]), Coupling([0, 0, 1, 1])]

    def call(self, x):
        determinant = 0.0
        for coupling in self.couplings:
            x, more = coupling(x)
            determinant = determinant + more
        return x, determinant

    def train_step(self, x):
        def loss():
            z, determinant = self(x, training=True)
            prior = -0.5 * ops.sum(z**2 + math.log(2 * math.pi), axis=-1)
            return -ops.mean(prior + determinant)

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"negative_log_likelihood": value}


def make():
    model = RealNVP()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return (vectors(),)
