"""Mixed precision: layers compute in float16, the loss is scaled, a step with an infinite gradient is left out."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class MixedPrecision(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(8, activation="tanh", dtype="mixed_float16")
        self.logits = layers.Dense(3, dtype="mixed_float16")

    def call(self, x):
        return ops.cast(self.logits(self.hidden(x)), "float32")

    def train_step(self, data):
        x, y = data

        def loss():
            value = ops.mean(keras.losses.sparse_categorical_crossentropy(y, self(x), from_logits=True))
            return self.optimizer.scale_loss(value), value

        (_, value), gradients = course.value_and_grad(loss, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)
        return {"loss": value, "scale": self.optimizer.dynamic_scale}


def make():
    model = MixedPrecision()
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=2.0**10))
    return model


def data():
    return vectors(), labels()
