"""DCGAN on digits: the baseline that the other models of the unit are measured against (§8.1)."""

import time

import keras
import numpy as np

from course.figures import CYCLE, image_grid
from units.u07_generative.dcgan import DCGAN
from units.u07_generative.feature_space import features
from units.u07_generative.frechet_distance import frechet_distance

SHOWN = 24


def run(r):
    d = r.data()
    x = 2 * d.images("train") - 1
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    results = [trained(r, x, seed) for seed in seeds]
    judge(r, d, x, results)
    draw(r, results)


def trained(r, x, seed):
    """A DCGAN trained from one seed: its samples, costs by epoch and seconds."""
    keras.utils.set_random_seed(seed)
    model = DCGAN.for_images(
        x.shape[1:],
        latent_size=r.pick(quick=16, full=64),
        width=r.pick(quick=16, full=64),
        generator_optimizer=keras.optimizers.Adam(r.pick(quick=2e-3, full=2e-4), beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(r.pick(quick=2e-3, full=2e-4), beta_1=0.5),
    )
    model.compile()
    batch = r.pick(quick=100, full=256)
    whole = len(x) // batch * batch  # every batch has one size, so that the step is compiled once
    begin = time.perf_counter()
    history = model.fit(
        x[:whole], batch_size=batch, epochs=r.pick(quick=15, full=30), verbose=0
    ).history
    seconds = time.perf_counter() - begin
    samples = model.sample(r.pick(quick=500, full=10_000), seed=seed)
    return {"samples": samples, "history": history, "seconds": seconds}


def judge(r, d, x, results):
    """The Fréchet distance of the samples to test images, beside that of training images, in the same feature space."""
    real = 2 * d.images("test") - 1
    size = min(len(real), len(results[0]["samples"]))
    space = features(real[:size])
    floor = frechet_distance(features(x[:size]), space)
    distances = [frechet_distance(features(result["samples"][:size]), space) for result in results]
    seconds = np.mean([result["seconds"] for result in results])
    r.metric("frechet_distance", np.mean(distances))
    r.metric("frechet_distance_of_real_images", floor)
    r.metric("pixel_deviation", results[0]["samples"].std(axis=0).mean() / x.std(axis=0).mean())
    r.table(
        ["samples", "Fréchet distance", "seconds of training"],
        [
            *((f"seed {r.seed + i}", f"{v:.3f}", f"{results[i]['seconds']:.1f}") for i, v in enumerate(distances)),
            ("training images", f"{floor:.3f}", ""),
        ],
        title=f"{size} images against {size} test images ({r.data_name})",
    )
    r.log(f"mean of {len(results)} seeds: {np.mean(distances):.3f}, {seconds:.1f} s a training")


def draw(r, results):
    """Samples of the first seed, and the costs of both networks."""
    first = results[0]
    fig, axes = r.figure("samples", 3, SHOWN // 3, size=(6.4, 2.9))
    image_grid(axes.ravel(), first["samples"][:SHOWN, ..., 0], cmap="gray", vmin=-1, vmax=1)
    fig.suptitle(f"Samples of a DCGAN ({r.data_name})")
    _, ax = r.figure("costs", size=(5.6, 3.9))
    for name, colour in zip(("discriminator_loss", "generator_loss"), CYCLE, strict=False):
        costs = first["history"][name]
        ax.plot(np.arange(1, len(costs) + 1), costs, color=colour, label=name.replace("_loss", ""))
    ax.axhline(2 * np.log(2), color="black", linestyle=":", label="discriminator that cannot tell: log 4")
    ax.set(title="Costs do not say how good samples are", xlabel="epoch", ylabel="mean cost")
    ax.legend()
