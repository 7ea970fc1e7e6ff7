"""A diffusion model fills holes in images that it was not trained to fill (§8.2)."""

import keras
import numpy as np

from course import figures
from units.u07_generative.ddpm import DDPM
from units.u07_generative.inpainting import holes, inpaint
from units.u07_generative.noise_network import unet_denoiser
from units.u07_generative.shared_models import trained

SHOWN = 8


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test")[: r.pick(quick=60, full=500)] - 1
    model = trained_ddpm(x) if r.full else trained("diffusion", d.name, r.seed).entry.model
    # the quick run takes every fourth time of the model's 100: a shorter chain with the same estimate of the noise
    times = np.arange(model.T)[:: -r.pick(quick=4, full=1)][::-1]

    def noise_estimate(x_t, t):
        return model.noise_estimate(x_t, times[t])

    known = holes(x_test.shape, r.rng, share=0.5)
    filled = {"hole in gray": known * x_test}
    # every hidden pixel is the mean of this pixel in the training images
    filled["mean image"] = np.where(known, x_test, x.mean(axis=0))
    for repeats in r.pick(quick=(1, 4), full=(1, 5)):
        drawn = inpaint(x_test, known, noise_estimate, model.alpha_bars[times], r.rng, repeats)
        filled[f"{repeats} steps at each t" if repeats > 1 else "1 step at each t"] = np.clip(drawn, -1, 1)
    errors = {name: np.mean((images - x_test) ** 2) / np.mean(1 - known) for name, images in filled.items()}
    rows = [[name, f"{error:.3f}"] for name, error in errors.items()]
    r.table(["hole filled by", "squared error in the hole"], rows, f"{len(x_test)} test images")
    once, often = list(filled)[2:]
    r.metric("error_mean_image", errors["mean image"])
    r.metric("error_one_step", errors[once])
    r.metric("error_repeats", errors[often])
    r.metric("repeats_over_one_step", errors[often] / errors[once])
    r.metric("change_of_known_pixels", np.abs((filled[often] - x_test) * known).max())

    _, axes = r.figure("holes", 4, size=(8.4, 4.4))
    shown = {"image": x_test, "hole": filled["hole in gray"], once: filled[once], often: filled[often]}
    for ax, (name, images) in zip(axes, shown.items(), strict=True):
        figures.image_rows(ax, images[:SHOWN], title=name, vmin=-1, vmax=1)


def trained_ddpm(x):
    """A U-Net that has learned to remove noise from whole images."""
    model = DDPM(unet_denoiser(x.shape[1:]), x.shape[1:], T=250, gamma=0.999)
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(x[: len(x) // 128 * 128], batch_size=128, epochs=15, verbose=0)
    return model
