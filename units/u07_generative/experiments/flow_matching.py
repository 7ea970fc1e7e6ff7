"""Flow matching on images: quality against evaluations of the network, and classifier-free guidance (§8.2)."""

import time

import keras
import numpy as np

from course import figures
from units.u03_optimization import CosineDecay
from units.u07_generative.feature_space import halves
from units.u07_generative.flow_matching import FlowMatching, evaluations
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.image_rows import draw_images
from units.u07_generative.noise_network import image_denoiser

CLASSES, BAR = 10, 1.6  # the bar for the distance over the floor on MNIST was set before the full run
STEPS = {"euler": (4, 8, 32), "heun": (2, 4, 16)}
WEIGHTS = (0.0, 1.0, 2.0, 4.0)  # ω


def run(r):
    d = r.data()
    x, y = 2 * d.images("train") - 1, d.labels("train")
    judge = FrechetJudge(d, r.pick(quick=None, full=5000))
    start = time.perf_counter()
    network = image_denoiser(x.shape[1:], CLASSES)
    model = FlowMatching(network, x.shape[1:], CLASSES, gamma=r.pick(quick=0.95, full=0.999), batch=500)
    batch, epochs = r.pick(quick=(128, 32), full=(128, 6))
    whole = len(x) // batch * batch
    model.compile(
        keras.optimizers.Adam(rate(epochs * whole // batch, r.pick(quick=2e-2, full=1e-3)), clipnorm=1.0)
    )
    order = r.rng.permutation(len(x))[:whole]
    model.fit(x[order], y[order], batch_size=batch, epochs=epochs, verbose=0)
    r.log(f"seconds of training, with compilation: {time.perf_counter() - start:.0f}")
    r.metric("floor", judge.floor)
    by_steps = {method: quality(r, model, judge, y, method) for method in ("euler", "heun")}
    r.metric("frechet_over_floor", by_steps["heun"][1, -1])
    r.metric("parameters", model.network.count_params())
    r.table(
        ["method", "evaluations", "Fréchet distance over the floor", "seconds"],
        [
            (method, int(number), f"{over:.2f}", f"{seconds:.2f}")
            for method, results in by_steps.items()
            for number, over, seconds in results.T
        ],
        title=f"{judge.size} samples; floor (real against real) {judge.floor:.4f}",
    )
    draw(r, by_steps, guidance(r, model, judge, halves(d)[1]))


def rate(steps, largest):
    """A learning rate that rises in the first twentieth of the steps and falls to 0 along half a cosine."""
    return CosineDecay(0.0, steps - steps // 20, warmup_target=largest, warmup_steps=steps // 20)


def quality(r, model, judge, y, method):
    """Evaluations of the network a sample, distance over the floor, seconds for all samples: shape (3, numbers)."""
    results = []
    label = r.rng.permutation(y)[: judge.size]  # the classes are as frequent as in the training images
    model.sample(judge.size, label=label, steps=1, method=method)  # compiles the loop
    for steps in STEPS[method]:
        start = time.perf_counter()
        images = model.sample(judge.size, seed=r.seed, label=label, steps=steps, method=method)
        seconds = time.perf_counter() - start
        number = evaluations(steps, method)
        results.append((number, judge.over_floor(images), seconds))
        r.metric(f"over_floor_{method}_{number}", results[-1][1])
    return np.array(results).T


def guidance(r, model, judge, held):
    """For each ω: the share of samples whose label the classifier sees, and the variance within a class, over that of
    data: shape (3, weights)."""
    label = np.arange(judge.size) % CLASSES
    data = within(judge.space.features(held[0][: judge.size]), held[1][: judge.size])
    found, shown = [], {}
    for omega in WEIGHTS:
        images = model.sample(judge.size, seed=r.seed, steps=5, label=label, omega=omega)
        seen = np.mean(judge.space.logits(images).argmax(axis=-1) == label)
        found.append((omega, seen, within(judge.space.features(images), label) / data))
        shown[omega] = images[:CLASSES]
        r.metric(f"label_seen_{omega:g}", seen)
        r.metric(f"variance_within_{omega:g}", found[-1][2])
    rows = [(f"{omega:g}", f"{100 * seen:.1f}%", f"{variance:.2f}") for omega, seen, variance in found]
    r.table(["ω", "classifier sees the label", "variance within a class, over that of data"], rows)
    fig, axes = r.figure("guided", len(shown), size=(7.8, 4.6))
    for ax, (omega, images) in zip(axes, shown.items(), strict=True):
        draw_images(ax, images, title=f"ω = {omega:g}", cmap="gray_r")
    fig.suptitle("Samples of the labels 0 to 9")
    return np.array(found).T


def within(features, labels):
    """The variance of features within the classes, summed over the features and averaged over the classes."""
    return np.mean([features[labels == k].var(axis=0).sum() for k in range(CLASSES)])


def draw(r, by_steps, by_omega):
    """Quality against work, and what guidance gives and takes."""
    _, ax = r.figure("quality", size=(5.6, 3.9))
    for i, (method, (numbers, over, _)) in enumerate(by_steps.items()):
        ax.semilogx(
            numbers, over, figures.MARKERS[i] + "-", color=figures.CYCLE[i], label=method.capitalize()
        )
    ax.axhline(1, color=figures.COLOURS["grey"], linestyle="--", label="real images")
    if r.full:
        ax.axhline(BAR, color=figures.COLOURS["black"], linestyle=":", label="bar")
    ax.set(
        title=f"Quality against work ({r.data_name})",
        xlabel="evaluations of the network a sample",
        ylabel="Fréchet distance over the floor",
    )
    ax.set_xticks(STEPS["euler"], [f"{n:g}" for n in STEPS["euler"]])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    ax.legend()
    _, ax = r.figure("guidance", size=(5.6, 3.9))
    omega, seen, variance = by_omega
    ax.plot(variance, 100 * seen, "o-", color=figures.COLOURS["blue"])
    for text, at in zip(omega, zip(variance, 100 * seen, strict=True), strict=True):
        ax.annotate(f"ω = {text:g}", at, xytext=(6, 6), textcoords="offset points")
    ax.set(
        title=f"Fidelity against diversity ({r.data_name})",
        xlabel="variance within a class, over that of data",
        ylabel="classifier sees the label (%)",
    )
    ax.margins(x=0.2, y=0.12)
