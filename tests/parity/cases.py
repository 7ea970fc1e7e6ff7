"""The models whose ten steps must agree on the three backends, with the data they see."""

import keras
import numpy as np

from tests.models import Classifier, Noisy, PenaltyGAN, Targeted, TinyVAE

STEPS, BATCH = 10, 16


def _data():
    rng = np.random.default_rng(42)
    x = rng.normal(size=(STEPS * BATCH, 4)).astype("float32")
    y = ((x[:, 0] > 0).astype("int32") + (x[:, 1] > 0)).astype("int32")
    return x, y


def classifier():
    """Default step, regularizer, class weights as sample weights, compiled metrics."""
    model = Classifier()
    model.compile(
        keras.optimizers.Adam(1e-2),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    x, y = _data()
    return model, (x, y, 0.5 + (y == 1))


def gan():
    """Two optimizers, gradient penalty, BatchNorm and dropout, noise in the step."""
    model = PenaltyGAN()
    model.compile()
    return model, (_data()[0][:, :2],)


def vae():
    """Noise inside the loss."""
    model = TinyVAE()
    model.compile()
    return model, (_data()[0],)


def target_network():
    """A second network that follows by averaging."""
    model = Targeted()
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True))
    x, _ = _data()
    return model, (x, x[:, 0])


def batchnorm_dropout():
    """Both inside a loss written by hand, with metrics as attributes."""
    model = Noisy()
    model.compile(keras.optimizers.RMSprop(1e-3, momentum=0.5))
    return model, _data()


def scheduled_adamw():
    """A learning-rate schedule, decoupled weight decay and clipping by the global norm."""
    model = Noisy()
    schedule = keras.optimizers.schedules.CosineDecay(1e-2, STEPS, warmup_steps=3, warmup_target=2e-2)
    model.compile(keras.optimizers.AdamW(schedule, weight_decay=0.01, global_clipnorm=0.5))
    return model, _data()


CASES = {f.__name__: f for f in (classifier, gan, vae, target_network, batchnorm_dropout, scheduled_adamw)}
