"""MixUp, CutMix, RandAugment and smoothed labels: what they do to images, logits and confidence (§5.7)."""

import keras
import numpy as np
from keras import layers, ops

import course
from course.figures import COLOURS, image_rows
from units.u06_tricks_of_the_trade import (
    RandAugment,
    RandomMix,
    RecipeClassifier,
    best_logit_gap,
    calibration_error,
    logit_gap,
)

EPSILON, BATCH = 0.1, 100
RECIPES = {
    "hard labels": {},
    "smoothed labels": {"smoothing": EPSILON},
    "MixUp": {"mix": ("mix_up", 0.4)},
}


def run(r):
    d = r.data()
    draw_images(r, d.images("train")[:6])
    chosen = r.rng.permutation(len(d.labels("train")))[: r.pick(quick=300, full=3000)]
    x, y = d.images("train")[chosen], d.labels("train")[chosen]
    test, y_test = d.images("test"), d.labels("test")
    (epochs, passes), parts = r.pick(quick=(60, 10), full=(200, 1)), 6
    _, (ax, reliability) = r.figure("confidence", 1, 2, size=(10, 4))
    rows = []
    for (name, recipe), colour in zip(RECIPES.items(), ("blue", "orange", "green"), strict=True):
        keras.utils.set_random_seed(r.seed)
        rng = np.random.default_rng(r.seed)
        network = keras.Sequential(
            [
                keras.Input(x.shape[1:]),
                layers.Flatten(),
                layers.Dense(64, activation="relu"),
                layers.Dense(d.classes),
            ]
        )
        mix = RandomMix(*recipe["mix"]) if "mix" in recipe else None
        model = RecipeClassifier(network, d.classes, recipe.get("smoothing", 0.0), mix)
        model.compile(keras.optimizers.Adam(1e-2))
        gaps = []
        for _ in range(parts):
            # quick, epochs in one: what fit does between two of them takes longer than the three batches of one
            order = np.concatenate([rng.permutation(len(x)) for _ in range(passes)])
            count = epochs // parts // passes
            model.fit(x[order], y[order], batch_size=BATCH, epochs=count, shuffle=passes == 1, verbose=0)
            gaps.append(logit_gap(y, ops.convert_to_numpy(model(x))))
        u = ops.convert_to_numpy(model(test))
        p_hat = ops.convert_to_numpy(ops.softmax(u))
        error, table = calibration_error(y_test, p_hat)
        accuracy = float(np.mean(u.argmax(axis=1) == y_test))
        cost = -np.mean(np.log(p_hat[np.arange(len(y_test)), y_test]))
        key = name.split()[0].lower()
        r.metric(f"logit_gap_{key}", gaps[-1])
        r.metric(f"test_accuracy_{key}", accuracy)
        r.metric(f"calibration_error_{key}", error)
        rows.append((name, f"{gaps[-1]:.1f}", f"{100 * accuracy:.1f}", f"{cost:.3f}", f"{100 * error:.1f}"))
        ax.plot(np.arange(1, parts + 1) * epochs // parts, gaps, "o-", color=COLOURS[colour], label=name)
        table = table[table[:, 0] >= 5]  # a bin with fewer images says little
        reliability.plot(*table[:, 1:].T, "o-", color=COLOURS[colour], label=name)
    best = best_logit_gap(EPSILON, d.classes)
    r.metric("best_gap_smoothed", best)
    r.table(
        ["training", "logit gap", "test accuracy, %", "test cost", "calibration error, %"],
        rows,
        title=f"{len(x)} images, {epochs} epochs; the best gap with smoothed labels is {best:.2f}",
    )
    ax.axhline(best, color=COLOURS["black"], linestyle=":", label=f"best for $ε = {EPSILON}$: {best:.2f}")
    ax.set(title="Right class above the others", xlabel="epoch", ylabel="logit gap, training", ylim=(0, None))
    ax.legend()
    reliability.plot([0, 1], [0, 1], ":", color=COLOURS["black"])
    reliability.set(title="Confidence on test images", xlabel="mean confidence", ylabel="accuracy")
    reliability.legend()


def draw_images(r, x):
    """Originals, and what the layers make of them."""
    mix_up, cut_mix = RandomMix("mix_up", 1.0, seed=2), RandomMix("cut_mix", 1.0, seed=2)
    rand_augment = RandAugment(2, 0.4, seed=4)

    @course.compiled
    def changed(x, shares):
        return {
            "MixUp": mix_up(x, shares)[0],
            "CutMix": cut_mix(x, shares)[0],
            "RandAugment": rand_augment(x, training=True),
        }

    rows = {"original": x, **changed(x, np.eye(len(x), dtype="float32"))}
    _, axes = r.figure("images", 4, size=(6, 4.8))
    for (name, images), ax in zip(rows.items(), axes, strict=True):
        image_rows(ax, ops.convert_to_numpy(images), title=name, vmin=0, vmax=1)
