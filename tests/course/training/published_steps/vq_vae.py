"""VQ-VAE: nearest codes, a straight-through gradient, codes that follow by averages (van den Oord et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class VQVAE(course.Model):
    def __init__(self, codes=6, width=4, **kwargs):
        super().__init__(**kwargs)
        self.codes = codes
        self.encoder = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(width)])
        self.decoder = keras.Sequential([layers.Dense(8, activation="tanh"), layers.Dense(4)])
        self.codebook = self.add_weight(
            shape=(codes, width), initializer="random_normal", trainable=False, name="codebook"
        )
        self.used = self.add_weight(shape=(codes,), initializer="ones", trainable=False, name="used")
        self.sums = self.add_weight(shape=(codes, width), initializer="zeros", trainable=False, name="sums")

    def nearest(self, z):
        """The index of the code that is nearest to each z."""
        squares = ops.sum(z**2, axis=-1, keepdims=True) + ops.sum(self.codebook**2, axis=-1)
        return ops.argmin(squares - 2 * ops.matmul(z, ops.transpose(self.codebook)), axis=-1)

    def call(self, x):
        return self.decoder(ops.take(self.codebook, self.nearest(self.encoder(x)), axis=0))

    def train_step(self, x):
        def loss():
            z = self.encoder(x, training=True)
            index = self.nearest(z)
            code = ops.take(self.codebook, index, axis=0)
            commitment = ops.mean((z - ops.stop_gradient(code)) ** 2)
            through = z + ops.stop_gradient(code - z)
            return ops.mean((self.decoder(through) - x) ** 2) + 0.25 * commitment, (z, index)

        (value, (z, index)), gradients = course.value_and_grad(loss, self.trainable_variables, has_aux=True)
        self.optimizer.apply(gradients, self.trainable_variables)

        chosen = ops.one_hot(index, self.codes)
        count = ops.sum(chosen, axis=0)
        self.used.assign(0.9 * self.used + 0.1 * count)
        self.sums.assign(0.9 * self.sums + 0.1 * ops.matmul(ops.transpose(chosen), z))
        average = self.sums / ops.expand_dims(self.used + 1e-5, -1)
        self.codebook.assign(ops.where(ops.expand_dims(count, -1) > 0, average, self.codebook))
        return {"loss": value, "codes_used": ops.sum(ops.cast(count > 0, "float32"))}


def make():
    model = VQVAE()
    model.compile(keras.optimizers.Adam(1e-2))
    return model


def data():
    return (vectors(),)
