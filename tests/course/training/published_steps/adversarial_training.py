"""Free adversarial training: one sweep gives the gradients of the weights and of the inputs (Shafahi et al., 2019)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import BATCH, labels, vectors


@keras.saving.register_keras_serializable("published_steps")
class FreeAdversarial(course.Model):
    def __init__(self, radius=0.1, **kwargs):
        super().__init__(**kwargs)
        self.radius = radius
        self.network = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(3)])
        self.delta = self.add_weight(shape=(BATCH, 4), initializer="zeros", trainable=False, name="delta")

    def call(self, x):
        return self.network(x)

    def train_step(self, data):
        x, y = data
        for _ in range(2):

            def loss(attacked):
                logits = self(attacked, training=True)
                return ops.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))

            value, gradients = course.value_and_grad(loss, [*self.trainable_variables, x + self.delta])
            *weights, slope = gradients
            self.optimizer.apply(weights, self.trainable_variables)
            self.delta.assign(ops.clip(self.delta + 0.05 * ops.sign(slope), -self.radius, self.radius))
        return {"loss": value}


def make():
    model = FreeAdversarial()
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9))
    return model


def data():
    return vectors(), labels()
