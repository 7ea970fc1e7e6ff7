"""DCGAN on digits: the baseline that the other models of the unit are measured against (§8.3)."""

import time

import keras
import numpy as np

from course.figures import COLOURS, CYCLE, image_grid
from units.u01_machine_learning.nearest_neighbours import squared_distances
from units.u07_generative.dcgan import DCGAN
from units.u07_generative.dense_networks import dense_discriminator, dense_generator
from units.u07_generative.feature_space import feature_space, halves
from units.u07_generative.frechet_distance import frechet_distance

SHOWN = 24


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test") - 1
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    results = [trained(x, seed, r.full) for seed in seeds]
    judge(r, x, x_test, results)
    if r.full:
        judge_by_features(r, d, x_test, results)
    draw(r, results)


def trained(x, seed, full):
    """A model trained from one seed: its samples, costs by epoch and seconds.

    On the small digits the networks are dense and the training is short.
    """
    keras.utils.set_random_seed(seed)
    rate, batch, epochs, size = (2e-4, 256, 40, 10_000) if full else (2e-3, 100, 20, 360)
    shape, latent = x.shape[1:], 64 if full else 16
    optimizers = {
        name: keras.optimizers.Adam(rate, beta_1=0.5)
        for name in ("generator_optimizer", "discriminator_optimizer")
    }
    if full:
        model = DCGAN.for_images(shape, latent, **optimizers)
    else:
        model = DCGAN(dense_generator(shape, latent), dense_discriminator(shape), latent, **optimizers)
    model.compile()
    whole = len(x) // batch * batch  # every batch has one size, so that the step is compiled once
    begin = time.perf_counter()
    history = model.fit(x[:whole], batch_size=batch, epochs=epochs, verbose=0).history
    seconds = time.perf_counter() - begin
    return {"samples": model.sample(size, seed=seed), "history": history, "seconds": seconds}


def judge(r, x, x_test, results):
    """How near the samples are to the data, and how near the data are to the samples, in pixels.

    Both distances are divided by those of as many training images in place of the samples, so that 1 is the aim: below
    it the samples are copies or averages, above it they are no digits or leave some digits out.
    """
    size = min(len(x_test), len(results[0]["samples"]), 1000)
    real = x[np.random.default_rng(r.seed).permutation(len(x))[:size]]
    rows, found = [], []
    for seed, result in enumerate(results, start=r.seed):
        fake = result["samples"][:size]
        near, covered = (
            nearest(a, b) / nearest(c, e)
            for a, b, c, e in ((fake, x_test, real, x_test), (x_test, fake, x_test, real))
        )
        found.append((near, covered))
        rows.append((seed, f"{near:.3f}", f"{covered:.3f}", f"{result['seconds']:.1f}"))
    near, covered = np.mean(found, axis=0)
    r.metric("sample_to_data", near)
    r.metric("data_to_sample", covered)
    r.metric(
        "deviation_over_data",
        np.mean([v["samples"].std(axis=0).mean() for v in results]) / x.std(axis=0).mean(),
    )
    r.table(
        ["seed", "from a sample to the data", "from the data to a sample", "seconds of training"],
        rows,
        title=f"distance to the nearest of {size} images, relative to training images ({r.data_name})",
    )


def judge_by_features(r, d, x_test, results):
    """The Fréchet distance of each seed's samples to the test images, over that of as many training images."""
    space = feature_space(d.name)
    images = halves(d)[1][0]  # those that the classifier was not trained on
    size = min(len(x_test), len(images), len(results[0]["samples"]))
    real = space.features(x_test[:size])
    floor = frechet_distance(space.features(images[:size]), real)
    distances = [frechet_distance(space.features(result["samples"][:size]), real) for result in results]
    r.metric("frechet_distance", np.mean(distances))
    r.metric("frechet_distance_of_real_images", floor)
    rows = [(r.seed + i, f"{v:.4f}", f"{v / floor:.2f}") for i, v in enumerate(distances)]
    r.table(["seed", "Fréchet distance", "over the floor"], rows, title=f"{size} samples, floor {floor:.4f}")


def nearest(a, b):
    """The mean distance of an image of ``a`` to the nearest one of ``b``."""
    flat = [images.reshape(len(images), -1).astype("float64") for images in (a, b)]
    return np.sqrt(np.maximum(np.asarray(squared_distances(*flat)), 0).min(axis=1)).mean()


def draw(r, results):
    """Samples of the first seed, and the costs of both networks."""
    first = results[0]
    fig, axes = r.figure("samples", 3, SHOWN // 3, size=(6.4, 2.9))
    image_grid(axes, first["samples"][:SHOWN, ..., 0], cmap="gray", vmin=-1, vmax=1)
    fig.suptitle(f"Samples of a generator ({r.data_name})")
    _, ax = r.figure("costs", size=(5.6, 3.9))
    for name, colour in zip(("discriminator", "generator"), CYCLE, strict=False):
        costs = first["history"][f"{name}_loss"]
        ax.plot(np.arange(1, len(costs) + 1), costs, color=colour, label=name)
    ax.axhline(2 * np.log(2), color=COLOURS["black"], linestyle=":", label="D = ½ everywhere: log 4")
    ax.set(title="Costs of both networks", xlabel="epoch", ylabel="mean cost")
    ax.legend()
