"""pix2pix: a conditional GAN on images, optimizers under private names (Isola et al., 2017)."""

import keras
from keras import layers, ops

import course
from tests.course.training.published_steps.data import images


@keras.saving.register_keras_serializable("published_steps")
class Pix2Pix(course.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.down = layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh")
        self.up = layers.Conv2DTranspose(4, 4, strides=2, padding="same", activation="tanh")
        self.paint = layers.Conv2D(1, 1)
        self.judge = keras.Sequential(
            [layers.Conv2D(4, 3, padding="same", activation="tanh"), layers.Conv2D(1, 1)]
        )
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
        self._generator_optimizer = keras.optimizers.Adam(1e-2, beta_1=0.5)
        self._judge_optimizer = keras.optimizers.Adam(1e-2, beta_1=0.5)

    def call(self, x):
        h = self.up(self.down(x))
        return self.paint(ops.concatenate([h, x], axis=-1))

    def train_step(self, data):
        x, y = data
        painters = [w for layer in (self.down, self.up, self.paint) for w in layer.trainable_variables]

        def generator_loss():
            fake = self(x, training=True)
            patches = self.judge(ops.concatenate([x, fake], axis=-1))
            return self.loss_fn(ops.ones_like(patches), patches) + 100 * ops.mean(ops.abs(y - fake))

        g_loss, gradients = course.value_and_grad(generator_loss, painters)

        def judge_loss():
            real = self.judge(ops.concatenate([x, y], axis=-1))
            fake = self.judge(ops.concatenate([x, self(x, training=True)], axis=-1))
            return self.loss_fn(ops.ones_like(real), real) + self.loss_fn(ops.zeros_like(fake), fake)

        d_loss, d_gradients = course.value_and_grad(judge_loss, self.judge.trainable_variables)
        self._generator_optimizer.apply(gradients, painters)
        self._judge_optimizer.apply(d_gradients, self.judge.trainable_variables)
        return {"generator_loss": g_loss, "judge_loss": d_loss}


def make():
    model = Pix2Pix()
    model.compile()
    return model


def data():
    return images(0), images(1)
