"""A penalty on the Jacobian by random projections, a reverse sweep over a forward one (Hoffman et al., 2019)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class JacobianPenalty(course.Model):
    def __init__(self, weight=0.1, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.network = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(3)])
        self.seed = keras.random.SeedGenerator(10)

    def call(self, x):
        return self.network(x)

    def train_step(self, data):
        x, y = data
        direction = ops.normalize(keras.random.normal(ops.shape(x), seed=self.seed), axis=-1)

        def loss():
            logits, slope = course.jvp(self.network, (x,), (direction,))
            errors = keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)
            return ops.mean(errors) + self.weight * ops.mean(ops.sum(slope**2, axis=-1))

        value, gradients = course.value_and_grad(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value}


def make():
    model = JacobianPenalty()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return vectors(), labels()
