"""A flow in the latent space of an autoencoder, beside one in pixels and beside the autoencoder alone (§8.2)."""

import time

import keras
import numpy as np
from keras import ops

from course import figures
from units.u07_generative.flow_matching import FlowMatching, evaluations
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.latent_diffusion import LatentDiffusion
from units.u07_generative.noise_network import dense_denoiser
from units.u07_generative.shared_models import trained
from units.u07_generative.variational_autoencoder import VAE, dense_coders

STEPS = 5  # of Heun's method
SHOWN = 10


def run(r):
    d = r.data()
    x = 2 * d.images("train") - 1
    if r.full:
        vae, in_pixels, in_codes = trained_large(r, x)
    else:
        names = ("VAE", "flow matching", "latent diffusion")
        vae, in_pixels, in_codes = (trained(name, d.name, r.seed).entry.model for name in names)
    latent = vae.decoder.input_shape[-1]
    draws = np.tile(x[:5000], (r.pick(quick=4, full=1), 1, 1, 1))  # of the codes of each image
    variance = ops.convert_to_numpy(in_codes.codes(draws)).var(axis=0)
    r.metric("smallest_variance_of_codes", variance.min())
    r.metric("largest_variance_of_codes", variance.max())

    judge = FrechetJudge(d, r.pick(quick=None, full=5000))
    samples = {"VAE alone": vae.sample(judge.size, seed=r.seed)}
    alone = judge.over_floor(samples["VAE alone"])
    rows = [("VAE alone", latent, "", "", f"{alone:.1f}")]
    for name, model, size in (("flow of pixels", in_pixels, x[0].size), ("flow of codes", in_codes, latent)):
        model.sample(judge.size, seed=r.seed, steps=STEPS)  # compiles the sampler
        begin = time.perf_counter()
        samples[name] = model.sample(judge.size, seed=r.seed, steps=STEPS)
        seconds = time.perf_counter() - begin
        over = judge.over_floor(samples[name])
        rows.append(
            (
                name,
                size,
                f"{model.network.count_params():,}",
                f"{1000 * seconds / judge.size:.3f}",
                f"{over:.1f}",
            )
        )
        r.metric(f"{name.replace(' ', '_')}_over_vae", over / alone)
    r.table(
        [
            "model",
            "numbers for an image",
            "parameters",
            "milliseconds for a sample",
            "Fréchet distance over floor",
        ],
        rows,
        title=f"{judge.size} samples, {evaluations(STEPS, 'heun')} evaluations of the velocity for each ({d.name})",
    )

    _, axes = r.figure("samples", 3, size=(8.4, 3.7))
    for ax, (name, images) in zip(axes, samples.items(), strict=True):
        figures.image_rows(ax, images[:SHOWN], title=name, vmin=-1, vmax=1)


def trained_large(r, x, batch=250, epochs=30, latent=32):
    """The autoencoder, the flow of pixels and the flow of codes of ``--full``."""
    x, shape, network = x[: len(x) // batch * batch], x.shape[1:], {"units": 512, "blocks": 3}
    vae = VAE(*dense_coders(shape, 512, latent), seed=r.seed)
    vae.compile(keras.optimizers.Adam(1e-3))
    vae.fit(x, batch_size=batch, epochs=epochs, verbose=0)
    in_pixels = FlowMatching(dense_denoiser(shape, **network), shape, gamma=0.999)
    in_codes = LatentDiffusion(vae, dense_denoiser(latent, **network), gamma=0.999)
    in_codes.adapt(x)
    for model in (in_pixels, in_codes):
        model.compile(keras.optimizers.Adam(1e-3))
        model.fit(x, batch_size=batch, epochs=epochs, verbose=0)
    return vae, in_pixels, in_codes
