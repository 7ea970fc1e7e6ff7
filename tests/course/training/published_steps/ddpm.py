"""Denoising diffusion: random times and noise, an averaged copy for sampling (Ho et al., 2020)."""

import keras
import numpy as np
from keras import layers, ops

import course
from tests.course.training.published_steps.data import vectors


@keras.saving.register_keras_serializable("published_steps")
class DDPM(course.Model):
    def __init__(self, times=10, **kwargs):
        super().__init__(**kwargs)
        self.times = times
        self.alpha_bar = np.cumprod(1 - np.linspace(1e-2, 0.3, times)).astype("float32")
        self.network = self._denoiser()
        self.average = self._denoiser()
        self.average.trainable = False
        self.seed = keras.random.SeedGenerator(5)

    def _denoiser(self):
        return keras.Sequential([keras.Input((5,)), layers.Dense(8, activation="silu"), layers.Dense(4)])

    def call(self, inputs):
        x, t = inputs
        return self.average(ops.concatenate([x, t], axis=-1))

    def train_step(self, x):
        n = ops.shape(x)[0]
        t = keras.random.randint((n,), 0, self.times, seed=self.seed)
        noise = keras.random.normal(ops.shape(x), seed=self.seed)
        kept = ops.expand_dims(ops.take(self.alpha_bar, t), -1)
        noisy = ops.sqrt(kept) * x + ops.sqrt(1 - kept) * noise
        time = ops.expand_dims(ops.cast(t, "float32") / self.times, -1)

        def loss():
            return ops.mean(
                (self.network(ops.concatenate([noisy, time], axis=-1), training=True) - noise) ** 2
            )

        value, gradients = course.value_and_grad(loss, self.network.trainable_variables)
        self.optimizer.apply(gradients, self.network.trainable_variables)
        for slow, fast in zip(self.average.weights, self.network.weights, strict=True):
            slow.assign(0.9 * slow + 0.1 * fast)
        return {"loss": value}


def make():
    model = DDPM()
    model.compile(keras.optimizers.AdamW(1e-2, weight_decay=1e-3, global_clipnorm=1.0))
    return model


def data():
    return (vectors(),)
