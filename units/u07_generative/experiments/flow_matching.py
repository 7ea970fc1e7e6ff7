"""Flow matching on images: quality against evaluations of the network, and classifier-free guidance (§8.2)."""

import time

import keras
import numpy as np

from course import figures
from units.u03_optimization import CosineDecay
from units.u07_generative.feature_space import halves
from units.u07_generative.flow_matching import FlowMatching, evaluations
from units.u07_generative.frechet_distance import frechet_distance
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.noise_network import image_denoiser

CLASSES, BAR = 10, 1.6  # the bar for the distance over the floor on MNIST was set before the full run
# Samples with ``--full``: as many as in the notebooks that the bar comes from (fastai's course22p2, 22_cosine and
# 20_DDIM: a distance of 3.10 where real images have 1.91, with 2,048 images each). The ratio depends on their number.
FULL_SIZE = 2048
STEPS = {"euler": (4, 8, 32), "heun": (2, 4, 16)}
WEIGHTS = (0.0, 1.0, 1.5, 2.0, 4.0)  # ω
FULL_WEIGHTS = (0.0, 1.0, 1.25, 1.5, 2.0, 4.0)


def run(r):
    d = r.data()
    x, y = 2 * d.images("train") - 1, d.labels("train")
    judge = FrechetJudge(d, r.pick(quick=None, full=FULL_SIZE))
    start = time.perf_counter()
    network = image_denoiser(x.shape[1:], CLASSES)
    model = FlowMatching(network, x.shape[1:], CLASSES, gamma=r.pick(quick=0.95, full=0.999), batch=500)
    batch, epochs = r.pick(quick=(128, 32), full=(64, 16))
    whole = len(x) // batch * batch
    model.compile(
        keras.optimizers.Adam(rate(epochs * whole // batch, r.pick(quick=2e-2, full=3e-3)), clipnorm=1.0)
    )
    order = r.rng.permutation(len(x))[:whole]
    model.fit(x[order], y[order], batch_size=batch, epochs=epochs, verbose=0)
    r.log(f"seconds of training, with compilation: {time.perf_counter() - start:.0f}")
    r.metric("floor", judge.floor)
    r.metric("parameters", model.network.count_params())
    label = r.rng.permutation(y)[: judge.size]  # the classes are as frequent as in the training images
    held, labels_of_held = (part[: judge.size] for part in halves(d)[1])
    reference = judge.space.features(held)
    by_steps = {method: quality(r, model, judge, reference, label, method) for method in ("euler", "heun")}
    r.table(
        ["method", "evaluations", "Fréchet distance over the floor", "seconds"],
        [
            (method, int(number), f"{over:.2f}", f"{seconds:.2f}")
            for method, results in by_steps.items()
            for number, seconds, over, _ in results.T
        ],
        title=f"{judge.size} samples; floor (real against real) {judge.floor:.4f}",
    )
    data = within(reference, labels_of_held)
    by_omega = guidance(r, model, judge, reference, label, data)
    # The sampler is chosen with held-out training images; what it gets is its distance to the test images.
    over, on_held = np.hstack([*(results[-2:] for results in by_steps.values()), by_omega[-2:]])
    r.metric("frechet_over_floor", over[np.argmin(on_held)])
    draw(r, by_steps, by_omega)


def rate(steps, largest):
    """A learning rate that rises in the first twentieth of the steps and falls to 0 along half a cosine."""
    return CosineDecay(0.0, steps - steps // 20, warmup_target=largest, warmup_steps=steps // 20)


def quality(r, model, judge, reference, label, method):
    """Evaluations of the network a sample, seconds for all samples, distance over the floor, and distance to held-out
    images: shape (4, numbers)."""
    results = []
    model.sample(judge.size, label=label, steps=1, method=method)  # compiles the loop
    for steps in STEPS[method]:
        start = time.perf_counter()
        images = model.sample(judge.size, seed=r.seed, label=label, steps=steps, method=method)
        seconds = time.perf_counter() - start
        number = evaluations(steps, method)
        results.append((number, seconds, *distances(judge, reference, judge.space.features(images))))
        r.metric(f"over_floor_{method}_{number}", results[-1][2])
    return np.array(results).T


def distances(judge, reference, features):
    """The distance of samples to the test images over the floor, and their distance to held-out images, by features."""
    return frechet_distance(features, judge.real) / judge.floor, frechet_distance(features, reference)


def guidance(r, model, judge, reference, label, variance_of_data):
    """For each ω: the share of samples whose label the classifier sees, the variance within a class, over that of data,
    the distance over the floor, and the distance to held-out images: shape (5, weights), the first row is ω."""
    one_of_each = [int(np.argmax(label == k)) for k in range(CLASSES)]
    found, shown = [], {}
    for omega in r.pick(quick=WEIGHTS, full=FULL_WEIGHTS):
        images = model.sample(judge.size, seed=r.seed, steps=5, label=label, omega=omega)
        features, logits = judge.space.features_and_logits(images)
        seen = np.mean(logits.argmax(axis=-1) == label)
        variance = within(features, label) / variance_of_data
        over, on_held = distances(judge, reference, features)
        found.append((omega, seen, variance, over, on_held))
        shown[omega] = images[one_of_each]
        key = f"{omega:g}".replace(".", "_")
        r.metric(f"label_seen_{key}", seen)
        r.metric(f"variance_within_{key}", variance)
        r.metric(f"over_floor_guided_{key}", over)
    r.table(
        [
            "ω",
            "classifier sees the label",
            "variance within a class, over that of data",
            "distance over the floor",
        ],
        [
            (f"{omega:g}", f"{100 * seen:.1f}%", f"{variance:.2f}", f"{over:.2f}")
            for omega, seen, variance, over, _ in found
        ],
    )
    fig, axes = r.figure("guided", len(shown), size=(7.8, 4.6))
    for ax, (omega, images) in zip(axes, shown.items(), strict=True):
        figures.image_rows(ax, images, title=f"ω = {omega:g}", cmap="gray_r", vmin=-1, vmax=1)
    fig.suptitle("Samples of the labels 0 to 9")
    return np.array(found).T


def within(features, labels):
    """The variance of features within the classes, summed over the features and averaged over the classes."""
    return np.mean([features[labels == k].var(axis=0).sum() for k in range(CLASSES)])


def draw(r, by_steps, by_omega):
    """Quality against work, and what guidance gives and takes."""
    _, ax = r.figure("quality", size=(5.6, 3.9))
    for i, (method, (numbers, _, over, _)) in enumerate(by_steps.items()):
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
    omega, seen, variance, _, _ = by_omega
    ax.plot(variance, 100 * seen, "o-", color=figures.COLOURS["blue"])
    for text, at in zip(omega, zip(variance, 100 * seen, strict=True), strict=True):
        ax.annotate(f"ω = {text:g}", at, xytext=(6, 6), textcoords="offset points")
    ax.set(
        title=f"Fidelity against diversity ({r.data_name})",
        xlabel="variance within a class, over that of data",
        ylabel="classifier sees the label (%)",
    )
    ax.margins(x=0.2, y=0.12)
