"""The models whose ten steps must agree on the three backends, with the data they see."""

import keras
import numpy as np

from tests.models import Classifier, Convolutional, Noisy, PenaltyGAN, Targeted, TinyVAE
from tests.units.u07_generative import parity_cases as u07
from tests.units.u08_sequence import parity_cases as u08
from tests.units.u09_reinforcement import parity_cases as u09
from tests.units.u10_past_present_future import parity_cases as u10

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


def convolutions():
    """Convolutions and poolings with padding and stride 2, where the libraries' own rules differ."""
    layers, same = keras.layers, {"strides": 2, "padding": "same"}
    images = np.random.default_rng(7).normal(size=(STEPS * BATCH, 14, 15, 2)).astype("float32")
    model = Convolutional(
        [
            layers.Conv2D(4, 3, padding="same", activation="tanh"),
            layers.Conv2D(
                4, (3, 2), **same
            ),  # an odd and an even number of zeros, at an even and an odd size
            layers.DepthwiseConv2D(3, **same),
            layers.Conv2DTranspose(3, 3, **same),
            layers.SeparableConv2D(4, 3, dilation_rate=2, padding="same", activation="tanh"),
            layers.Conv2D(4, 1, groups=2),
            layers.AveragePooling2D(2, strides=1, padding="same"),
            layers.MaxPooling2D(3, **same),
            layers.Reshape((-1, 4)),
            layers.Conv1D(3, 4, **same),
            layers.Conv1DTranspose(3, 3, **same),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    model.compile(
        keras.optimizers.SGD(0.02), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    return model, (images, _data()[1])


CASES = {
    f.__name__: f
    for f in (classifier, gan, vae, target_network, batchnorm_dropout, scheduled_adamw, convolutions)
}
# The cases that JAX compiles with all optimizations: those above, and of the units one for each kind of network.
OPTIMIZED = (
    *CASES, "u07_spectral_gan", "u07_image_flow", "u08_lstm_translator", "u08_gpt", "u09_sac", "u10_gat",
)  # fmt: skip
for unit, cases in (("u07", u07.CASES), ("u08", u08.CASES), ("u09", u09.CASES), ("u10", u10.CASES)):
    CASES |= {f"{unit}_{name}": case for name, case in cases.items()}
