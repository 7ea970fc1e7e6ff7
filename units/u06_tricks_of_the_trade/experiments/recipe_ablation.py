"""One recipe, one change a row: accuracy with its interval, seconds and bytes (§5.7)."""

import re
import time

import keras
import numpy as np
from keras import layers, ops

from course.figures import COLOURS
from units.u03_optimization import CosineDecay
from units.u05_convolution import RandomAffine, lenet5
from units.u06_tricks_of_the_trade import (
    RandAugment,
    RandomMix,
    RecipeClassifier,
    WeightAverage,
    activation_bytes,
    bytes_of,
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
}
QUICK = ("base", "warm-up + cosine", "averaged weights")


def run(r):
    d = r.data()
    n, epochs, seeds = r.pick(quick=1400, full=6000), r.pick(quick=8, full=10), r.pick(quick=1, full=3)
    train = d.images("train")[:n], d.labels("train")[:n]
    test = d.images("test"), d.labels("test")
    accuracies, runs = {}, {}
    for name in ROWS if r.full else QUICK:
        change = {**BASE, **ROWS[name]}
        found = [trained(train, test, d.classes, epochs, r.seed + i, r.full, **change) for i in range(seeds)]
        accuracies[name] = 100 * np.array([accuracy for accuracy, *_ in found])
        runs[name] = found[-1][1:]
    ratios = ratios_of_times(runs, rounds=r.pick(quick=3, full=7))
    rows = []
    for name, (_, _, _, kept, outputs) in runs.items():
        key = re.sub(r"\W+", "_", name.lower().replace("×", ""))
        mean, half = accuracies[name].mean(), interval(accuracies[name])
        r.metric(f"accuracy_{key}", mean / 100)
        r.metric(f"seconds_{key}", ratios[name])
        shown = f"{mean:.2f}" + (f" ± {half:.2f}" if seeds > 1 else "")
        rows.append((name, shown, f"{ratios[name]:.2f}", f"{kept:,}", f"{outputs:,}"))
    r.table(
        ["recipe", "test accuracy, %", "time", "bytes: weights and optimizer", "bytes: outputs of layers"],
        rows,
        title=f"{n} images, {epochs} epochs, {seeds} seed(s); time as a ratio to the base",
    )
    draw(r, accuracies, ratios)


def trained(train, test, classes, epochs, seed, large, batch, rate, **change):
    """Accuracy after the last epoch; then the model, its data, its batch size, and the bytes that it takes."""
    keras.utils.set_random_seed(seed)
    x, y = (a[: len(a) // batch * batch] for a in train)
    steps = epochs * len(x) // batch
    policy, parts = change.get("dtype", "float32"), change.get("parts", 1)
    inner = network_of(x.shape[1:], classes, large, policy)
    network = augmented(inner, x.shape[1:], change)
    average = WeightAverage(1 - batch / len(x)) if "average" in change else None  # about the last epoch
    mix = RandomMix(*change["mix"]) if "mix" in change else None
    model = RecipeClassifier(network, classes, change.get("smoothing", 0.0), mix, parts, average)
    warm = max(1, steps // 10)
    schedule = CosineDecay(0.0, steps - warm, warmup_target=3 * rate, warmup_steps=warm)
    model.compile(keras.optimizers.Adam(schedule if change.get("cosine") else rate))
    model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0)
    kept = [*network.variables, *model.optimizer.variables]
    if average is None:
        accuracy = measured(model, test)
    else:
        kept += average.variables
        with average.swapped(model.trainable_variables):
            accuracy = measured(model, test)
    return accuracy, model, (x, y), batch, bytes_of(kept), activation_bytes(inner, batch // parts)


def ratios_of_times(runs, rounds):
    """Seconds of an epoch as a ratio to the base: medians over rounds in which the recipes take turns."""
    seconds = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (model, data, batch, *_) in runs.items():
            begin = time.perf_counter()
            model.fit(*data, batch_size=batch, verbose=0)
            seconds[name].append(time.perf_counter() - begin)
    base = np.array(seconds["base"])
    return {name: float(np.median(np.array(found) / base)) for name, found in seconds.items()}


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
