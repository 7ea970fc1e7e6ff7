"""DCGAN on digits: the baseline that the other models of the unit are measured against (§8.3)."""

import time

import keras
import numpy as np
from scipy.spatial.distance import cdist

from course.figures import COLOURS, CYCLE, image_rows
from units.u07_generative.dcgan import DCGAN
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.precision_recall import precision_recall
from units.u07_generative.shared_models import trained

SHOWN = 24
# of --full: 12 epochs are 5,616 updates of each network, with 128 images in a mini-batch
WIDTH, EPOCHS = 32, 12


def run(r):
    d = r.data()
    x, x_test = 2 * d.images("train") - 1, 2 * d.images("test") - 1
    result = trained_dcgan(r, x) if r.full else trained_gan(r, d)
    judge(r, x, x_test, result)
    if r.full:
        judge_by_features(r, d, result["samples"])
    draw(r, result)


def trained_dcgan(r, x, batch=128):
    """A trained model's samples and its costs by epoch."""
    optimizers = {
        f"{name}_optimizer": keras.optimizers.Adam(2e-4, beta_1=0.5)
        for name in ("generator", "discriminator")
    }
    model = DCGAN.for_images(x.shape[1:], 64, WIDTH, **optimizers)
    model.compile()
    whole = len(x) // batch * batch  # every batch has one size, so that the step is compiled once
    begin = time.perf_counter()
    history = model.fit(x[:whole], batch_size=batch, epochs=EPOCHS, verbose=0).history
    return told(r, model, history, time.perf_counter() - begin, 10_000)


def trained_gan(r, d):
    """The same on the small digits, where the networks are dense and the training is short."""
    found = trained("GAN", d.name, r.seed)
    return told(r, found.entry.model, found.history, found.seconds, 360)


def told(r, model, history, seconds, size):
    """The samples and the costs, after a line about the training."""
    r.log(
        f"{model.generator.count_params()} and {model.discriminator.count_params()} parameters, "
        f"{int(model.generator_optimizer.iterations)} updates of each network in {seconds:.0f} seconds"
    )
    return {"samples": model.sample(size, seed=r.seed), "history": history}


def judge(r, x, x_test, result):
    """How near the samples are to the data, and how near the data are to the samples, in pixels.

    Both distances are divided by those of as many training images in place of the samples, so that 1 is the aim: below
    it the samples are copies or averages, above it they are no digits or leave some digits out.
    """
    size = min(len(x_test), len(result["samples"]), 1000)
    real = x[np.random.default_rng(r.seed).permutation(len(x))[:size]]
    fake, x_test = result["samples"][:size], x_test[:size]
    near, covered = (
        nearest(a, b) / nearest(c, e)
        for a, b, c, e in ((fake, x_test, real, x_test), (x_test, fake, x_test, real))
    )
    r.metric("sample_to_data", near)
    r.metric("data_to_sample", covered)
    r.metric("deviation_over_data", result["samples"].std(axis=0).mean() / x.std(axis=0).mean())
    r.table(
        ["from a sample to the data", "from the data to a sample"],
        [(f"{near:.3f}", f"{covered:.3f}")],
        title=f"distance to the nearest of {size} images, relative to training images ({r.data_name})",
    )


def judge_by_features(r, d, samples):
    """The Fréchet distance of n samples over that of n real images; precision and recall."""
    judge = FrechetJudge(d, len(samples))
    distance = judge.distance(samples)
    r.metric("frechet_distance", distance)
    r.metric("frechet_over_floor", distance / judge.floor)
    few = 2000  # precision and recall compare all pairs
    precision, recall = precision_recall(judge.real[:few], judge.space.features(samples[:few]))
    r.metric("precision", precision)
    r.metric("recall", recall)
    r.table(
        ["", "Fréchet distance", "over the floor"],
        [
            ("DCGAN", f"{distance:.4f}", f"{distance / judge.floor:.1f}"),
            (f"real images ({judge.sets} sets)", f"{judge.floor:.4f}", "1"),
        ],
        title=f"{judge.size} images; precision {precision:.2f}, recall {recall:.2f} with {few}",
    )


def nearest(a, b):
    """The mean distance of an image of ``a`` to the nearest one of ``b``."""
    return cdist(a.reshape(len(a), -1), b.reshape(len(b), -1)).min(axis=1).mean()


def draw(r, result):
    """Samples, and the costs of both networks."""
    fig, ax = r.figure("samples", size=(6.4, 2.9))
    image_rows(ax, result["samples"][:SHOWN], rows=3, vmin=-1, vmax=1)
    fig.suptitle(f"Samples of a generator ({r.data_name})")
    _, ax = r.figure("costs", size=(5.6, 3.9))
    for name, colour in zip(("discriminator", "generator"), CYCLE, strict=False):
        costs = result["history"][f"{name}_loss"]
        ax.plot(np.arange(1, len(costs) + 1), costs, color=colour, label=name)
    ax.axhline(2 * np.log(2), color=COLOURS["black"], linestyle=":", label="D = ½ everywhere: log 4")
    ax.set(title="Costs of both networks", xlabel="epoch", ylabel="mean cost")
    ax.legend()
