"""DDPM on images: what the network estimates, the noise schedule, and few steps with DDIM (§8.2)."""

import keras
import numpy as np

from course import figures
from units.u03_optimization import CosineDecay
from units.u06_tricks_of_the_trade import restart
from units.u07_generative.ddpm import DDPM
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.noise_network import image_denoiser

CLASSES = SHOWN = 10


def run(r):
    d = r.data()
    x, y = 2 * d.images("train") - 1, d.labels("train")
    judge = FrechetJudge(d, r.pick(quick=200, full=1000))
    label = np.arange(judge.size) % CLASSES
    numbers = r.pick(quick=(5, 20), full=(10, 50))  # steps of the sampler
    batch, epochs = r.pick(quick=(128, 8), full=(128, 2))
    whole = len(x) // batch * batch
    updates = epochs * whole // batch
    model, samples, found = None, {}, {}
    for target in ("epsilon", "v"):
        for schedule in ("linear", "cosine"):
            # the same first weights, images and number of updates for all four
            keras.utils.set_random_seed(r.seed)
            network = image_denoiser(x.shape[1:], CLASSES)
            if model is None:
                model = DDPM(
                    network, x.shape[1:], CLASSES, T=numbers[-1], gamma=r.pick(quick=0.95, full=0.995)
                )
                rate = CosineDecay(
                    0.0, updates - 20, warmup_target=r.pick(quick=2e-2, full=1e-3), warmup_steps=20
                )
                model.compile(keras.optimizers.Adam(rate, clipnorm=1.0))
            else:
                restart(model, model.network, fresh=network)
            model.choose(schedule, target)
            model.fit(x[:whole], y[:whole], batch_size=batch, epochs=epochs, verbose=0)
            name = f"{target}_{schedule}"
            for rho in (0.0, 1.0):
                drawn = [
                    model.sample(judge.size, seed=r.seed, label=label, steps=n, rho=rho) for n in numbers
                ]
                found[name, rho] = [judge.over_floor(images) for images in drawn]
                samples[name] = drawn[-1][:SHOWN]
            r.metric(f"over_floor_{name}_ddpm", found[name, 1.0][-1])
            r.metric(f"over_floor_{name}_ddim_{numbers[0]}", found[name, 0.0][0])
    ratios = [found[f"v_{s}", 1.0][-1] / found[f"epsilon_{s}", 1.0][-1] for s in ("linear", "cosine")]
    r.metric("v_over_epsilon", np.mean(ratios))
    r.metric("largest_v_over_epsilon", max(ratios))
    r.log(f"{judge.size} samples; floor (real against real): {judge.floor:.3f}")
    draw(r, numbers, found, samples)


def draw(r, numbers, found, samples):
    """A table of the distances by steps, and samples of the four models."""
    rows = [
        (name.replace("_", ", "), "DDPM" if rho else "DDIM", *(f"{v:.2f}" for v in values))
        for (name, rho), values in found.items()
    ]
    r.table(
        ["model", "sampler", *(f"{n} steps" for n in numbers)], rows, title="Fréchet distance over the floor"
    )
    fig, axes = r.figure("samples", len(samples), size=(7.8, 4.6))
    for ax, (name, images) in zip(axes, samples.items(), strict=True):
        figures.image_rows(ax, images, title=told(name), cmap="gray_r", vmin=-1, vmax=1)
    fig.suptitle(f"Samples after {numbers[-1]} steps ({r.data_name})")


def told(name):
    """The name for readers."""
    target, schedule = name.split("_")
    return f"{'ε' if target == 'epsilon' else 'v'}, {schedule}"
