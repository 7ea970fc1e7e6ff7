"""A diffusion model fills holes in images that it was not trained to fill (§8.2)."""

import keras
import numpy as np

from course.figures import image_grid
from units.u07_generative.ddpm import DDPM
from units.u07_generative.inpainting import holes, inpaint
from units.u07_generative.noise_network import dense_denoiser, unet_denoiser

SHOWN = 8


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test")[: r.pick(quick=60, full=500)] - 1
    shape = x.shape[1:]
    network = unet_denoiser(shape) if r.full else dense_denoiser(shape, units=96, blocks=1)
    model = DDPM(network, shape, T=r.pick(quick=25, full=250), gamma=r.pick(quick=0.95, full=0.999))
    model.compile(keras.optimizers.Adam(r.pick(quick=8e-3, full=1e-3)))
    batch = r.pick(quick=256, full=128)
    whole = len(x) // batch * batch
    model.fit(x[:whole], batch_size=batch, epochs=r.pick(quick=30, full=15), verbose=0)

    known = holes(x_test.shape, r.rng, share=0.5)
    filled = {"hole in gray": known * x_test}
    # every hidden pixel is the mean of this pixel in the training images
    filled["mean image"] = np.where(known, x_test, x.mean(axis=0))
    for repeats in r.pick(quick=(1, 4), full=(1, 5)):
        drawn = inpaint(x_test, known, model.noise_estimate, model.alpha_bars, r.rng, repeats)
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

    _, axes = r.figure("holes", 4, SHOWN, size=(8.4, 4.4))
    shown = [x_test, filled["hole in gray"], filled[once], filled[often]]
    image_grid(axes, np.concatenate([images[:SHOWN] for images in shown]), vmin=-1, vmax=1)
    for ax, name in zip(axes[:, 0], ("image", "hole", once, often), strict=True):
        ax.set_title(name, loc="left")
