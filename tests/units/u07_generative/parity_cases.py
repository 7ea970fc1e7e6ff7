"""The models of unit 7, very small, whose ten steps must agree on the three backends.

Each case returns a compiled model and its data. Random draws come from ``course.testing.portable_random``.
"""

import keras
import numpy as np
from keras import layers

from units import u07_generative as u07

STEPS, BATCH, LATENT = 10, 8, 3
SGD = keras.optimizers.SGD


def _images():
    return np.random.default_rng(0).uniform(-1, 1, size=(STEPS * BATCH, 8, 8, 1)).astype("float32")


def _points():
    return np.random.default_rng(0).normal(size=(STEPS * BATCH, 2)).astype("float32")


def _labels():
    return (np.arange(STEPS * BATCH) % 3).astype("int32")


def _adversarial(kind, inputs=(LATENT, 2), **settings):
    """A game of two small networks on points."""
    generator, discriminator = (
        keras.Sequential([keras.Input((n,)), layers.Dense(8, "tanh"), layers.Dense(out)])
        for n, out in zip(inputs, (2, 1), strict=True)
    )
    optimizers = {f"{name}_optimizer": SGD(0.05) for name in ("generator", "discriminator")}
    model = kind(generator, discriminator, LATENT, seed=1, **optimizers, **settings)
    model.compile()
    return model


def _trained(model, data):
    model.compile(SGD(0.01))
    return model, data


def gan():
    return _adversarial(u07.GAN), (_points(),)


def minimax_gan():
    return _adversarial(u07.GAN, loss_name="minimax"), (_points(),)


def conditional_gan():
    model = _adversarial(u07.ConditionalGAN, inputs=(LATENT + 3, 2 + 3), classes=3)
    return model, (_points(), _labels())


def lsgan():
    return _adversarial(u07.LSGAN), (_points(),)


def wgan():
    return _adversarial(u07.WGAN, critic_steps=2), (_points(),)


def wgan_gp():
    return _adversarial(u07.WGANGP, critic_steps=2), (_points(),)


def vae():
    coders = u07.image_coders((8, 8, 1), (4,), LATENT)
    return _trained(u07.VAE(*coders, seed=1), (_images(),))


def hierarchical_vae():
    return _trained(u07.HierarchicalVAE((8, 8, 1), (3, 2), 8, seed=1), (_images(),))


def real_nvp():
    return _trained(u07.RealNVP(2, couplings=3, width=6), (_points(),))


CASES = {
    f.__name__: f
    for f in (gan, minimax_gan, conditional_gan, lsgan, wgan, wgan_gp, vae, hierarchical_vae, real_nvp)
}
