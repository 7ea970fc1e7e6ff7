"""SimCLR: two views of a batch, each row must find its other view among all (Chen et al., 2020)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class SimCLR(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.augment = keras.Sequential([layers.GaussianNoise(0.3, seed=1), layers.Dropout(0.2, seed=2)])
        self.encoder = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.projection = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.temperature = 0.5
        self.accuracy = keras.metrics.SparseCategoricalAccuracy(name="contrastive_accuracy")

    def call(self, x):
        return self.encoder(x)

    def contrast(self, x):
        n = ops.shape(x)[0]
        views = ops.concatenate([self.augment(x, training=True), self.augment(x, training=True)])
        z = ops.normalize(self.projection(self.encoder(views)), axis=-1)
        similarity = ops.matmul(z, ops.transpose(z)) / self.temperature - 1e9 * ops.eye(2 * n)
        partner = ops.concatenate([ops.arange(n, 2 * n), ops.arange(n)])
        loss = keras.losses.sparse_categorical_crossentropy(partner, similarity, from_logits=True)
        return ops.mean(loss), (partner, similarity)

    def train_step(self, x):
        (loss, (partner, similarity)), gradients = course.value_and_grad(
            lambda: self.contrast(x), self.trainable_variables, has_aux=True
        )
        self.optimizer.apply(gradients, self.trainable_variables)
        self.accuracy.update_state(partner, similarity)
        return {"loss": loss, "contrastive_accuracy": self.accuracy.result()}


def make():
    model = SimCLR()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return (vectors(),)
