"""Distillation: a frozen teacher's soft labels, Keras's losses and compiled metrics (Hinton et al., 2015)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class Distillation(course.Model):
    def __init__(self, temperature=3.0, **kwargs):
        super().__init__(**kwargs)
        self.temperature = temperature
        self.teacher = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(3)])
        self.student = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(3)])
        self.teacher.trainable = False
        self.divergence = keras.losses.KLDivergence()

    def call(self, x, training=False):
        return self.student(x, training=training)

    def train_step(self, data):
        x, y = data
        soft = ops.softmax(self.teacher(x, training=False) / self.temperature, axis=-1)

        def loss():
            logits = self(x, training=True)
            hard = ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))
            near = self.divergence(soft, ops.softmax(logits / self.temperature, axis=-1))
            return 0.3 * hard + 0.7 * self.temperature**2 * near, logits

        (value, logits), gradients = course.value_and_grad(
            loss, self.student.trainable_variables, has_aux=True
        )
        self.optimizer.apply(gradients, self.student.trainable_variables)
        return {"loss": value, **self.compute_metrics(x, y, logits)}


def make():
    model = Distillation()
    model.compile(keras.optimizers.Adam(1e-2), metrics=["accuracy"])
    return model


def data():
    return vectors(), labels()
