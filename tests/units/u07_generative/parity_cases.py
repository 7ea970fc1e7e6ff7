"""The models of unit 7, very small, whose ten steps must agree on the three backends: one case for each training step.

Each case returns a compiled model and its data. Random draws come from ``course.testing.portable_random``. Most
optimizers are SGD: Adam would turn the rounding of a gradient of 0, such as that of a bias before a batch
normalization, into a whole step.
"""

import keras
import numpy as np

from units import u07_generative as u07

STEPS, BATCH = 10, 16
SGD = keras.optimizers.SGD
SHAPE, LATENT = (8, 8, 1), 3


def _images(seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, size=(STEPS * BATCH, *SHAPE)).astype("float32")


def _points():
    return np.random.default_rng(0).normal(size=(STEPS * BATCH, 2)).astype("float32")


def _labels():
    return (np.arange(STEPS * BATCH) % 3).astype("int32")


def _trained(model, *data):
    model.compile(SGD(0.01))
    return model, data


def _game(kind, **options):
    """A game of dense networks on points."""
    networks = u07.dense_generator((2,), LATENT, units=4), u07.dense_discriminator((2,), 4)
    model = kind(
        *networks, LATENT, generator_optimizer=SGD(0.01), discriminator_optimizer=SGD(0.01), **options
    )
    model.compile()
    return model, (_points(),)


def gan_minimax():
    return _game(u07.GAN, loss_name="minimax")


def gan_non_saturating():
    return _game(u07.GAN)


def lsgan():
    return _game(u07.LSGAN)


def wgan():
    return _game(u07.WGAN, critic_steps=2, delta=0.2)


def wgan_gp():
    return _game(u07.WGANGP, critic_steps=2, kappa=1.0)


def spectral_gan():
    networks = u07.dcgan_generator(SHAPE, LATENT, 2), u07.dcgan_discriminator(SHAPE, 2, "spectral")
    model = u07.SpectralGAN(*networks, LATENT, SGD(0.01), SGD(0.01))
    model.compile()
    return model, (_images(),)


def dcgan():
    model = u07.DCGAN.for_images(
        SHAPE, LATENT, 2, generator_optimizer=SGD(0.01), discriminator_optimizer=SGD(0.01)
    )
    model.compile()
    return model, (_images(),)


def conditional_gan():
    networks = u07.dense_generator(SHAPE, LATENT + 3, 4), u07.dense_discriminator((8, 8, 4), 4)
    model = u07.ConditionalGAN(*networks, LATENT, 3)  # with its own Adam
    model.compile()
    return model, (_images(), _labels())


def cycle_gan():
    networks = [make(1, width=2) for make in (u07.translator, u07.patch_judge) for _ in range(2)]
    model = u07.CycleGAN(*networks)  # with its own three Adams
    model.compile()
    return model, (_images(), _images(1))


def variational_autoencoder():
    return _trained(u07.VAE(*u07.image_coders(SHAPE, filters=(2,), latent=LATENT), weight=0.5), _images())


def hierarchical_vae():
    return _trained(u07.HierarchicalVAE(SHAPE, latents=(3, 2), width=4), _images())


def vq_vae():
    coders = u07.grid_coders(SHAPE, filters=(2,), features=3)
    return _trained(u07.VQVAE(*coders, u07.VectorQuantizer(5)), _images())


def code_prior():
    numbers = np.random.default_rng(0).integers(0, 4, size=(STEPS * BATCH, 5)).astype("int32")
    return _trained(u07.CodePrior(places=5, size=4, width=3), numbers)


def real_nvp():
    return _trained(u07.RealNVP(features=2, couplings=2, width=4), _points())


def image_flow():
    model = u07.ImageFlow(SHAPE, levels=17, couplings=(1, 1), width=2, blocks=1)
    # no pixel has the first or the last value: the portable weights are far from a start, and draw noise up to there
    return _trained(model, np.round(7 * _images()) / 8)


def ddpm_epsilon():
    network = u07.dense_denoiser(2, units=8, blocks=1)
    model = u07.DDPM(network, (2,), T=30, schedule="linear", target="epsilon", limit=None)
    return _trained(model, _points())


def ddpm_v_with_labels():
    network = u07.unet_denoiser(SHAPE, classes=3, widths=(8, 8), blocks=0, groups=4)
    return _trained(u07.DDPM(network, SHAPE, classes=3, T=30), _images(), _labels())


def flow_matching():
    return _trained(u07.FlowMatching(u07.dense_denoiser(2, units=8, blocks=1), (2,)), _points())


def latent_diffusion():
    vae = u07.VAE(*u07.dense_coders(SHAPE, 4, latent=LATENT))
    model = u07.LatentDiffusion(vae, u07.dense_denoiser(LATENT, units=8, blocks=1))
    model.adapt(_images())
    return _trained(model, _images())


def face_swap():
    model = u07.FaceSwap(*u07.face_coders(SHAPE, units=8, latent=3))
    return _trained(model, (_images(), _images()[::-1] / 2))


CASES = {
    f.__name__: f
    for f in (
        gan_minimax,
        gan_non_saturating,
        lsgan,
        wgan,
        wgan_gp,
        spectral_gan,
        dcgan,
        conditional_gan,
        cycle_gan,
        variational_autoencoder,
        hierarchical_vae,
        vq_vae,
        code_prior,
        real_nvp,
        image_flow,
        ddpm_epsilon,
        ddpm_v_with_labels,
        flow_matching,
        latent_diffusion,
        face_swap,
    )
}
