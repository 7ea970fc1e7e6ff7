"""Mean teacher: some labels are missing, a slow copy teaches the rest (Tarvainen and Valpola, 2017)."""

import keras
import numpy as np
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


def network():
    return keras.Sequential(
        [layers.Dense(8, activation="tanh"), layers.Dropout(0.2, seed=6), layers.Dense(3)]
    )


@keras.saving.register_keras_serializable("published_steps")
class MeanTeacher(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.student, self.teacher = network(), network()
        self.teacher.trainable = False
        self.unlabelled = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(-1),
            dtype="int64",
            trainable=False,
            name="unlabelled",
        )
        self.noise = layers.GaussianNoise(0.2, seed=1)

    def call(self, x):
        return self.teacher(x)

    def train_step(self, data):
        x, y = data
        known = ops.cast(y != self.unlabelled, "float32")
        goal = ops.softmax(self.teacher(self.noise(x, training=True), training=True))

        def loss():
            logits = self.student(self.noise(x, training=True), training=True)
            label = ops.where(y == self.unlabelled, 0, y)
            errors = keras.losses.sparse_categorical_crossentropy(label, logits, from_logits=True)
            supervised = ops.sum(known * errors) / ops.maximum(ops.sum(known), 1)
            return supervised + ops.mean((ops.softmax(logits) - goal) ** 2)

        value, gradients = course.value_and_grad(loss, self.student.trainable_variables)
        self.optimizer.apply(gradients, self.student.trainable_variables)
        for t, s in zip(self.teacher.weights, self.student.weights, strict=True):
            t.assign(0.9 * t + 0.1 * s)
        return {"loss": value, "labelled": ops.mean(known)}


def make():
    model = MeanTeacher()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    y = labels()
    return vectors(), np.where(np.arange(len(y)) % 2 == 0, -1, y).astype("int32")
