"""One recipe, one change a row: accuracy with its interval, seconds and bytes (§5.7)."""

import re
import time

import keras
import numpy as np
from keras import layers
from scipy import stats

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
    chosen = ROWS if r.full else {name: ROWS[name] for name in QUICK}
    results = {
        name: [
            trained(train, test, d.classes, epochs, r.seed + i, r.full, **{**BASE, **change})
            for i in range(seeds)
        ]
        for name, change in chosen.items()
    }
    base_seconds = np.mean([seconds for _, seconds, *_ in results["base"]])
    rows, drawn = [], []
    for name, found in results.items():
        accuracies = 100 * np.array([f[0] for f in found])
        half = interval(accuracies)
        ratio = np.mean([f[1] for f in found]) / base_seconds
        key = re.sub(r"\W+", "_", name.lower().replace("×", ""))
        r.metric(f"accuracy_{key}", accuracies.mean() / 100)
        r.metric(f"seconds_{key}", ratio)
        shown = f"{accuracies.mean():.2f}" + (f" ± {half:.2f}" if len(found) > 1 else "")
        rows.append((name, shown, f"{ratio:.2f}", f"{found[0][2]:,}", f"{found[0][3]:,}"))
        drawn.append((name, accuracies.mean(), half, ratio))
    r.table(
        ["recipe", "test accuracy, %", "time", "bytes: weights and optimizer", "bytes: outputs of layers"],
        rows,
        title=f"{n} images, {epochs} epochs, {seeds} seed(s); time as a ratio to the base",
    )
    draw(r, drawn)


def trained(train, test, classes, epochs, seed, large, batch, rate, **change):
    """Accuracy after the last epoch, seconds an epoch, and the bytes of variables and of activations."""
    keras.utils.set_random_seed(seed)
    x, y = (a[: len(a) // batch * batch] for a in train)
    steps = epochs * len(x) // batch
    policy = change.get("dtype", "float32")
    inner = network_of(x.shape[1:], classes, large, policy)
    network = augmented(inner, x.shape[1:], change)
    model = RecipeClassifier(
        network,
        classes,
        change.get("smoothing", 0.0),
        RandomMix(*change["mix"]) if "mix" in change else None,
        change.get("parts", 1),
        WeightAverage(1 - batch / len(x)) if "average" in change else None,  # about the last epoch
    )
    warm = max(1, steps // 10)
    schedule = CosineDecay(0.0, steps - warm, warmup_target=3 * rate, warmup_steps=warm)
    model.compile(keras.optimizers.Adam(schedule if change.get("cosine") else rate))
    times = Times()
    model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0, callbacks=[times])
    kept = [*network.variables, *model.optimizer.variables]
    if model.average is not None:
        kept += model.average.variables
        with model.average.swapped(model.trainable_variables):
            accuracy = measured(model, test)
    else:
        accuracy = measured(model, test)
    parts = change.get("parts", 1)
    return (
        accuracy,
        float(np.median(times.seconds[1:])),
        bytes_of(kept),
        activation_bytes(inner, batch // parts),
    )


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
    return model.evaluate(*test, batch_size=len(test[0]) // 10, verbose=0, return_dict=True)["accuracy"]


def interval(values):
    """Half the width of a 95% interval for the mean of a few seeds, by Student's distribution."""
    if len(values) < 2:
        return 0.0
    return float(stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))


class Times(keras.callbacks.Callback):
    """Seconds of every epoch."""

    def on_train_begin(self, logs=None):
        """Begin without times."""
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        """Start the clock."""
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        """Stop it."""
        self.seconds.append(time.perf_counter() - self.begin)


def draw(r, drawn):
    names, means, halves, ratios = zip(*drawn[::-1], strict=True)
    _, (ax, cost) = r.figure("ablation", 1, 2, size=(10, 4.6), sharey=True)
    ax.errorbar(means, names, xerr=halves, fmt="o", color=COLOURS["blue"], capsize=3)
    ax.axvline(means[-1], color=COLOURS["grey"], linestyle=":")
    ax.set(title="After the last epoch", xlabel="test accuracy (%), mean and 95% interval")
    cost.barh(names, ratios, color=COLOURS["orange"])
    cost.axvline(1, color=COLOURS["grey"], linestyle=":")
    cost.set(title="Time of an epoch", xlabel="ratio to the base")
