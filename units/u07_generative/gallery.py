"""The models of the unit side by side: one of each kind for the same images, and the ways to draw samples (§8.1)."""

from typing import NamedTuple

import keras

from units.u07_generative.conditional_gan import ConditionalGAN
from units.u07_generative.dcgan import DCGAN, dcgan_discriminator, dcgan_generator
from units.u07_generative.ddpm import DDPM
from units.u07_generative.dense_networks import dense_discriminator, dense_generator
from units.u07_generative.flow_matching import FlowMatching, evaluations
from units.u07_generative.gan import GAN
from units.u07_generative.hierarchical_vae import HierarchicalVAE
from units.u07_generative.image_flow import ImageFlow
from units.u07_generative.latent_diffusion import LatentDiffusion
from units.u07_generative.lsgan import LSGAN
from units.u07_generative.noise_network import dense_denoiser, unet_denoiser
from units.u07_generative.spectral_gan import SpectralGAN
from units.u07_generative.variational_autoencoder import VAE, dense_coders, image_coders
from units.u07_generative.vector_quantizer import VectorQuantizer
from units.u07_generative.vq_vae import VQVAE, dense_grid_coders, grid_coders
from units.u07_generative.wgan import WGAN
from units.u07_generative.wgan_gp import WGANGP


class Entry(NamedTuple):
    """A compiled model and what is to be done with it.

    name: of the model.
    model: compiled, not yet trained.
    epochs: of its training.
    ways: the name of a way to draw samples → (evaluations of the network for a sample, arguments of ``sample``).
    """

    name: str
    model: keras.Model
    epochs: int
    ways: dict

    def train(self, x, y, batch_size, callbacks=()):
        """Train the model on images, with all that belongs to it: the prior of a VQ-VAE, the scales of codes.

        Args:
            x: images.
            y: their labels, which a conditional GAN is told.
            batch_size, callbacks: of ``fit``.

        Returns:
            What ``fit`` returns.
        """
        if hasattr(self.model, "adapt"):
            self.model.adapt(x)
        data = (x, y) if isinstance(self.model, ConditionalGAN) else (x,)
        options = {"batch_size": batch_size, "epochs": self.epochs, "verbose": 0}
        history = self.model.fit(*data, callbacks=list(callbacks), **options)
        if hasattr(self.model, "fit_prior"):
            self.model.fit_prior(x, self.epochs, batch_size=batch_size)
        return history


class Frames(keras.callbacks.Callback):
    """Samples at the end of each epoch, from the same noise each time: the frames of a film of the training.

    Args:
        size: number of samples.
    """

    def __init__(self, size=16):
        super().__init__()
        self.size, self.frames = size, []

    def on_epoch_end(self, epoch, logs=None):
        """Keep the samples of this epoch: (epoch, images)."""
        self.frames.append((epoch + 1, self.model.sample(self.size, seed=0)))


SMALL = ("GAN", "VAE", "VQ-VAE", "RealNVP", "diffusion", "flow matching", "latent diffusion")


def small_model(name, shape, epochs=6, vae=None):
    """A model with small networks, most of them dense, for images of 8 × 8 pixels.

    Args:
        name: one of ``SMALL``.
        shape: (height, width, channels).
        epochs: decides how long the models are trained: each gets a multiple of it, RealNVP the half.
        vae: a trained ``VAE``, which latent diffusion takes.

    Returns:
        An ``Entry``.

    Raises:
        ValueError: there is no such model, or latent diffusion has got no VAE.
    """
    if name not in SMALL:
        raise ValueError(f"There is a small model of the kinds {', '.join(SMALL)}, not {name!r}.")
    if name == "GAN":
        rates = {
            "generator_optimizer": _adam(3e-3, beta_1=0.5),
            "discriminator_optimizer": _adam(6e-3, beta_1=0.5),
        }
        model = GAN(dense_generator(shape, 16), dense_discriminator(shape), 16, **rates)
        model.compile()
        return Entry(name, model, 2 * epochs, ONCE)
    if name == "VAE":
        return Entry(name, _with_adam(VAE(*dense_coders(shape, 96, latent=10)), 8e-3), 2 * epochs, ONCE)
    if name == "VQ-VAE":
        model = VQVAE(*dense_grid_coders(shape, (4, 4, 4)), VectorQuantizer(32))
        return Entry(name, _with_adam(model, 1e-2), 2 * epochs, ONCE)
    if name == "RealNVP":
        model = ImageFlow(shape, levels=17, couplings=(1, 1), width=8, blocks=1)
        return Entry(name, _with_adam(model, 1e-2), max(1, epochs // 2), ONCE)
    if name == "diffusion":
        model = DDPM(dense_denoiser(shape, units=128, blocks=1), shape, T=100, gamma=0.98)
        return Entry(name, _with_adam(model, 8e-3), 2 * epochs, _diffusion_ways(100, (4, 20)))
    if name == "flow matching":
        model = FlowMatching(dense_denoiser(shape, units=128, blocks=1), shape, gamma=0.98)
    elif vae is None:
        raise ValueError("Latent diffusion is a flow of the codes of a trained VAE: pass it as vae.")
    else:
        latent = vae.decoder.input_shape[-1]
        model = LatentDiffusion(vae, dense_denoiser(latent, units=64, blocks=1), gamma=0.98)
    return Entry(name, _with_adam(model, 8e-3), 2 * epochs, _flow_ways((4, 20), ()))


def large_gallery(shape, epochs=6):
    """The models with the convolutional networks of their files, for images whose sides 4 divides, such as MNIST's.

    Args:
        shape: (height, width, channels).
        epochs: of the adversarial models and the VQ-VAE. The VAEs get twice as many, latent diffusion four times;
            RealNVP, diffusion and flow matching, whose steps are slow, half as many.

    Yields:
        An ``Entry`` for each model.
    """

    def game(kind, normalization="none", classes=0, **options):
        rates = {f"{which}_optimizer": _adam(2e-4, beta_1=0.5) for which in ("generator", "discriminator")}
        told = (*shape[:2], shape[2] + classes)
        networks = dcgan_generator(shape, 64 + classes, 32), dcgan_discriminator(told, 32, normalization)
        model = kind(*networks, 64, **({"classes": classes} if classes else {}), **rates, **options)
        model.compile()
        return model

    yield Entry("DCGAN", game(DCGAN, "batch"), epochs, ONCE)
    yield Entry("conditional GAN", game(ConditionalGAN, "batch", classes=10), epochs, ONCE)
    yield Entry("LSGAN", game(LSGAN, "batch"), epochs, ONCE)
    yield Entry("WGAN", game(WGAN, critic_steps=2, delta=0.02), epochs, ONCE)
    yield Entry("WGAN-GP", game(WGANGP, critic_steps=2), epochs, ONCE)
    yield Entry("spectral GAN", game(SpectralGAN, "spectral"), epochs, ONCE)
    few = max(1, epochs // 2)
    vae = VAE(*image_coders(shape, (32, 64), latent=16))
    yield Entry("VAE", _with_adam(vae, 1e-3), 2 * epochs, ONCE)
    yield Entry("hierarchical VAE", _with_adam(HierarchicalVAE(shape, (32, 16), 512), 1e-3), 2 * epochs, ONCE)
    model = VQVAE(*grid_coders(shape, (32, 64), 16), VectorQuantizer(64))
    yield Entry("VQ-VAE", _with_adam(model, 1e-3), epochs, ONCE)
    model = ImageFlow(shape, couplings=(4, 6), width=32)
    yield Entry("RealNVP", _with_adam(model, 1e-3), few, ONCE)
    model = DDPM(unet_denoiser(shape, widths=(16, 32), blocks=1), shape, T=100, gamma=0.99)
    yield Entry("diffusion", _with_adam(model, 1e-3), few, _diffusion_ways(100, (5, 20)))
    model = FlowMatching(unet_denoiser(shape, widths=(16, 32), blocks=1), shape, gamma=0.99)
    yield Entry("flow matching", _with_adam(model, 1e-3), few, _flow_ways((5, 20, 50), (10, 25)))
    model = LatentDiffusion(vae, dense_denoiser(16), gamma=0.99)
    yield Entry("latent diffusion", _with_adam(model, 1e-3), 4 * epochs, _flow_ways((5, 20, 50), (10,)))


ONCE = {"": (1, {})}


def _diffusion_ways(T, numbers):
    """DDIM with few steps, DDPM with all."""
    return {f"DDIM {n}": (n, {"steps": n, "rho": 0.0}) for n in numbers} | {f"DDPM {T}": (T, {"steps": T})}


def _flow_ways(euler, heun):
    """Euler's and Heun's method, by their numbers of steps; a way is named by its evaluations of the network."""
    numbers = [("euler", steps) for steps in euler] + [("heun", steps) for steps in heun]
    return {
        f"{method.capitalize()} {evaluations(steps, method)}": (
            evaluations(steps, method),
            {"steps": steps, "method": method},
        )
        for method, steps in numbers
    }


def _adam(rate, **options):
    return keras.optimizers.Adam(rate, **options)


def _with_adam(model, rate):
    model.compile(_adam(rate))
    return model
