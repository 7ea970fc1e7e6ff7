"""Gradients from parts of a batch equal those of the whole batch, except where a layer looks at the batch (§4.2)."""

import keras
import numpy as np
from keras import layers, ops

from course.figures import COLOURS
from units.u06_tricks_of_the_trade import RecipeClassifier

BATCH, PARTS, STEPS = 25, 2, 8


def run(r):
    d = r.data()
    rows = slice(0, BATCH * STEPS)
    x, y = d.features("train")[rows], d.labels("train")[rows]
    runs = {
        # 25 = 12 + 13
        "ours, parts of 12 and 13": (False, PARTS, None, BATCH),
        # 25 = 12 + 12 + 1: the last sample weighs as much as 12
        "Keras, 12 + 12 + 1": (False, 1, 3, 12),
        "BatchNorm, parts of 12 and 13": (True, PARTS, None, BATCH),
    }
    reference = {norm: trained(d, x, y, norm, 1, None, BATCH, r.seed) for norm in (False, True)}
    _, ax = r.figure("gap", size=(8, 4.2))
    table = []
    for (name, (norm, parts, keras_steps, size)), colour in zip(
        runs.items(), ("blue", "orange", "red"), strict=True
    ):
        path = trained(d, x, y, norm, parts, keras_steps, size, r.seed)
        gaps = np.abs(path - reference[norm]).max(axis=1)
        r.metric(f"gap_{name.split(',')[0].lower()}", gaps[-1])
        table.append((name, f"{gaps[0]:.1e}", f"{gaps[-1]:.1e}"))
        ax.semilogy(range(1, STEPS + 1), np.maximum(gaps, 1e-9), "o-", color=COLOURS[colour], label=name)
    r.table(
        ["accumulation", "gap after step 1", f"after step {STEPS}"],
        table,
        title="largest difference of a weight",
    )
    ax.set(
        title=f"Distance from training with batches of {BATCH}",
        xlabel="update",
        ylabel="largest difference of a weight",
        ylim=(1e-9, 3),
    )
    ax.legend(loc="center right")


def trained(d, x, y, norm, parts, keras_steps, size, seed):
    """The weights after every update, shape (updates, weights)."""
    keras.utils.set_random_seed(seed)
    between = [layers.BatchNormalization()] if norm else []
    network = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            layers.Dense(20),
            *between,
            layers.Activation("tanh"),
            layers.Dense(d.classes),
        ]
    )
    model = RecipeClassifier(network, d.classes, parts=parts)
    model.compile(keras.optimizers.SGD(0.2, momentum=0.9, gradient_accumulation_steps=keras_steps))
    path = []
    for first in range(0, len(x), BATCH):
        for begin in range(first, first + BATCH, size):
            rows = slice(begin, min(begin + size, first + BATCH))
            model.train_on_batch(x[rows], y[rows])
        path.append(
            np.concatenate([ops.convert_to_numpy(v.value).ravel() for v in model.trainable_variables])
        )
    return np.array(path)
