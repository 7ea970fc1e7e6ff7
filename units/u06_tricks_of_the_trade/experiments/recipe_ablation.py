"""One recipe, one change a row: accuracy with its interval, seconds and bytes (§5.7)."""

import re
import time
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from course.figures import COLOURS
from units.u03_optimization import CosineDecay
from units.u05_convolution import RandomAffine, lenet5
from units.u06_tricks_of_the_trade import (
    Distiller,
    GradualPruning,
    PrunedClassifier,
    RandAugment,
    RandomMix,
    RecipeClassifier,
    WeightAverage,
    activation_bytes,
    bytes_of,
    dequantize,
    quantize,
    stored_bytes,
)
from units.u06_tricks_of_the_trade.intervals import half_width

BASE = {"batch": 64, "rate": 0.002}
ROWS = {
    "base": {},
    "warm-up + cosine": {"cosine": True},
    "label smoothing": {"smoothing": 0.1},
    "MixUp": {"mix": ("mix_up", 0.2)},
    "CutMix": {"mix": ("cut_mix", 1.0)},
    "shifts": {"shift": True},
    "RandAugment": {"rand_augment": True},
    "averaged weights": {"average": True},
    "batch × 4 in 4 parts": {"batch": 256, "parts": 4},
    "mixed precision": {"dtype": "mixed_bfloat16"},
    "all of them but mixing": {"cosine": True, "smoothing": 0.1, "shift": True, "average": True},
    "distilled from the row above": {"teacher": "all of them but mixing"},
    "90% pruned": {"sparsity": 0.9},
    "kernels in 8 bits": {"bits": 8},
}
QUICK = ("base", "warm-up + cosine", "averaged weights")


class Trained(NamedTuple):
    """A model after its training, and what it takes.

    data, batch: what ``fit`` was given. kept: bytes of weights and of the optimizer. outputs: bytes of the layers'
    outputs for a batch. stored: bytes of the weights when they are stored.
    """

    accuracy: float
    model: keras.Model
    data: tuple
    batch: int
    kept: int
    outputs: int
    stored: int


def run(r):
    d = r.data()
    n, epochs, seeds = r.pick(quick=1400, full=6000), r.pick(quick=8, full=10), r.pick(quick=1, full=3)
    train = d.images("train")[:n], d.labels("train")[:n]
    test = d.images("test"), d.labels("test")
    found = {}
    for name in ROWS if r.full else QUICK:
        change = {**BASE, **ROWS[name]}
        known = found.get(change.get("teacher"), [None] * seeds)
        teachers = [a and copied(a.model.network) for a in known]
        found[name] = [
            trained(train, test, d.classes, epochs, r.seed + i, r.full, **change | {"teacher": teachers[i]})
            for i in range(seeds)
        ]
    accuracies = {name: 100 * np.array([a.accuracy for a in of_seeds]) for name, of_seeds in found.items()}
    runs = {name: of_seeds[-1] for name, of_seeds in found.items()}
    seconds = seconds_of_epochs(runs, rounds=r.pick(quick=3, full=7))
    # the recipes take turns, so that each round compares them in the same state of the machine
    ratios = {name: float(np.median(times / seconds["base"])) for name, times in seconds.items()}
    rows = []
    for name, a in runs.items():
        key = re.sub(r"\W+", "_", name.lower().replace("×", ""))
        mean, half = accuracies[name].mean(), interval(accuracies[name])
        r.metric(f"accuracy_{key}", mean / 100)
        r.metric(f"seconds_{key}", ratios[name])
        shown = f"{mean:.2f}" + (f" ± {half:.2f}" if seeds > 1 else "")
        times = f"{np.median(seconds[name]):.3f}", f"{ratios[name]:.2f}"
        rows.append((name, shown, *times, f"{a.kept:,}", f"{a.outputs:,}", f"{a.stored:,}"))
    r.table(
        [
            *("recipe", "test accuracy, %", "seconds of an epoch", "ratio to the base"),
            *("bytes: weights and optimizer", "bytes: outputs of layers", "bytes: weights when stored"),
        ],
        rows,
        title=f"{n} images, {epochs} epochs, {seeds} seed(s)",
    )
    draw(r, accuracies, ratios)


def trained(train, test, classes, epochs, seed, large, batch, rate, **change):
    """Train by one recipe; the accuracy is that after the last epoch."""
    keras.utils.set_random_seed(seed)
    x, y = (a[: len(a) // batch * batch] for a in train)
    steps = epochs * len(x) // batch
    policy, parts = change.get("dtype", "float32"), change.get("parts", 1)
    inner = network_of(x.shape[1:], classes, large, policy)
    network = augmented(inner, x.shape[1:], change)
    average = WeightAverage(1 - batch / len(x)) if "average" in change else None  # about the last epoch
    model, callbacks = model_of(network, classes, epochs, average, parts, change)
    warm = max(1, steps // 10)
    schedule = CosineDecay(0.0, steps - warm, warmup_target=3 * rate, warmup_steps=warm)
    model.compile(keras.optimizers.Adam(schedule if change.get("cosine") else rate))
    model.fit(x, y, batch_size=batch, epochs=epochs, callbacks=callbacks, verbose=0)
    # without the states of random numbers
    weights, kept = (
        [v for v in variables if not v.dtype.startswith("uint")]
        for variables in (network.variables, [*model.variables, *model.optimizer.variables])
    )
    stored = bytes_of(weights)
    if "sparsity" in change:
        others = [v for v in weights if len(v.shape) < 2]
        stored = stored_bytes([ops.convert_to_numpy(W) for W in model.kernels]) + bytes_of(others)
    if "bits" in change:
        stored = in_few_bits(weights, change["bits"])
    if average is None:
        accuracy = measured(model, test)
    else:
        kept += [v for v in average.variables if all(v is not other for other in kept)]
        with average.swapped(model.trainable_variables):
            accuracy = measured(model, test)
    outputs = activation_bytes(inner, batch // parts)
    return Trained(accuracy, model, (x, y), batch, bytes_of(kept), outputs, stored)


def model_of(network, classes, epochs, average, parts, change):
    """The model that trains the network by a recipe, and its callbacks."""
    if change.get("teacher") is not None:
        return Distiller(network, change["teacher"], classes), []
    if "sparsity" in change:
        # all weights go before the middle of the training; those that are left are trained on
        return PrunedClassifier(network, classes), [GradualPruning(change["sparsity"], epochs // 2)]
    mix = RandomMix(*change["mix"]) if "mix" in change else None
    return RecipeClassifier(network, classes, change.get("smoothing", 0.0), mix, parts, average), []


def copied(network):
    """Another network with the same weights: a teacher is frozen, and the row that it comes from is trained on.

    These are the last weights, also of a row whose accuracy is that of their averages.
    """
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy


def in_few_bits(weights, bits):
    """Round the kernels, with one scale for each of their outputs; the bytes of all weights when they are stored."""
    stored = 0
    for W in weights:
        if len(W.shape) < 2:
            stored += bytes_of([W])
            continue
        q, delta = quantize(W, axis=tuple(range(len(W.shape) - 1)), bits=bits)
        W.assign(dequantize(q, delta))
        stored += sum(ops.convert_to_numpy(part).nbytes for part in (q, delta))
    return stored


def seconds_of_epochs(runs, rounds):
    """Seconds of an epoch in several rounds, in which the recipes take turns: name → array (rounds,)."""
    seconds = {name: [] for name in runs}
    for _ in range(rounds):
        for name, a in runs.items():
            begin = time.perf_counter()
            a.model.fit(*a.data, batch_size=a.batch, verbose=0)
            seconds[name].append(time.perf_counter() - begin)
    return {name: np.array(found) for name, found in seconds.items()}


def network_of(shape, classes, large, policy):
    """LeNet-5 with rectifiers, or two fully connected layers for the quick run."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        if large:
            return lenet5(shape, classes, activation="relu")
        return keras.Sequential(
            [keras.Input(shape), layers.Flatten(), layers.Dense(32, activation="relu"), layers.Dense(classes)]
        )
    finally:
        keras.config.set_dtype_policy(before)


def augmented(network, shape, change):
    """The network behind the layers that change its images in training."""
    x = image = keras.Input(shape)
    if change.get("shift"):
        x = RandomAffine(pixels=2)(x)
    if change.get("rand_augment"):
        x = RandAugment(2, 0.3)(x)
    return keras.Model(image, network(x))


def measured(model, test):
    """The accuracy on the test images."""
    images, labels = test
    return float(np.mean(ops.convert_to_numpy(model(images)).argmax(axis=-1) == labels))


def interval(values):
    """Half the width of the 95% interval for the mean of a few seeds; 0 for one seed, which has none."""
    return float(np.nan_to_num(half_width(values)))


def draw(r, accuracies, ratios):
    names = list(ratios)[::-1]
    means, halves = ([f(accuracies[name]) for name in names] for f in (np.mean, interval))
    _, (ax, cost) = r.figure("ablation", 1, 2, size=(10, 4.6), sharey=True)
    ax.errorbar(means, names, xerr=halves, fmt="o", color=COLOURS["blue"], capsize=3)
    ax.axvline(means[-1], color=COLOURS["grey"], linestyle=":")
    ax.set(title="After the last epoch", xlabel="test accuracy (%), mean and 95% interval")
    cost.barh(names, [ratios[name] for name in names], color=COLOURS["orange"])
    cost.axvline(1, color=COLOURS["grey"], linestyle=":")
    cost.set(title="Time of an epoch", xlabel="ratio to the base")
