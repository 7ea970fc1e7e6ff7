"""MoCo: a slow copy of the encoder and a queue of keys as a variable (He et al., 2020)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import BATCH, vectors


@keras.saving.register_keras_serializable("published_steps")
class MoCo(course.Model):
    def __init__(self, places=24, **kwargs):
        super().__init__(**kwargs)
        self.places = places
        self.query = keras.Sequential(
            [keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(4)]
        )
        self.key = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.key.trainable = False
        self.queue = self.add_weight(
            shape=(places, 4), initializer="random_normal", trainable=False, name="queue"
        )
        self.pointer = self.add_weight(
            shape=(), initializer="zeros", dtype="int32", trainable=False, name="pointer"
        )
        self.noise = layers.GaussianNoise(0.3, seed=1)

    def call(self, x):
        return self.query(x)

    def train_step(self, x):
        first, second = self.noise(x, training=True), self.noise(x, training=True)
        for slow, fast in zip(self.key.variables, self.query.variables, strict=True):
            slow.assign(0.9 * slow + 0.1 * fast)
        k = ops.normalize(self.key(second), axis=-1)

        def loss():
            q = ops.normalize(self.query(first), axis=-1)
            positive = ops.sum(q * k, axis=-1, keepdims=True)
            negative = ops.matmul(q, ops.transpose(self.queue))
            logits = ops.concatenate([positive, negative], axis=-1) / 0.2
            labels = ops.zeros((ops.shape(x)[0],), dtype="int64")
            return ops.mean(keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True))

        value, gradients = course.value_and_grad(loss, self.query.trainable_variables)
        self.optimizer.apply(gradients, self.query.trainable_variables)
        self.queue.assign(ops.slice_update(self.queue, (self.pointer, 0), k))
        self.pointer.assign((self.pointer + BATCH) % self.places)
        return {"loss": value}


def make():
    model = MoCo()
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9))
    return model


def data():
    return (vectors(),)
