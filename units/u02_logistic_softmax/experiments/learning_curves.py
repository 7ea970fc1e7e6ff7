"""Full batch, mini-batch and single samples: the same epochs and α, different paths (§2.4, §3.3)."""

import numpy as np
from keras import ops

from course import figures
from units.u02_logistic_softmax.cross_entropy import cross_entropy
from units.u02_logistic_softmax.mini_batch import train
from units.u02_logistic_softmax.softmax_model import logits

SAMPLES, EPOCHS, LEARNING_RATE = 200, 6, 0.1


def run(r):
    d = r.data()
    chosen = r.rng.permutation(len(d.labels("train")))[:SAMPLES]
    x, y = d.features("train")[chosen], d.labels("train")[chosen]
    x_test, y_test = d.features("test"), d.labels("test")

    runs = [("full batch", SAMPLES), ("mini-batches of 20", 20), ("single samples", 1)]
    _, (by_epoch, by_update) = r.figure("curves", 1, 2, size=(9.8, 3.4))
    rows = []
    for (name, B), colour in zip(runs, figures.CYCLE, strict=False):
        curve = []

        def after_epoch(epoch, W, b, curve=curve):
            z = logits(x_test, W, b)
            accuracy = np.mean(ops.convert_to_numpy(ops.argmax(z, axis=-1)) == y_test)
            curve.append((float(ops.mean(cross_entropy(y, logits(x, W, b)))), accuracy))

        _, _, costs = train(x, y, d.classes, LEARNING_RATE, B, EPOCHS, r.rng, after_epoch)
        cost, accuracy = np.array(curve).T
        key = name.replace(" ", "_").replace("-", "_")
        r.metric(f"{key}_cost", cost[-1])
        rows.append((name, B, len(costs), f"{cost[-1]:.4f}", f"{accuracy[-1]:.3f}"))
        by_epoch.plot(range(EPOCHS + 1), cost, "o-", color=colour, label=name)
        updates = np.arange(1, len(costs) + 1)
        if B == 1:
            by_update.plot(updates, costs, color=colour, alpha=0.2, linewidth=0.6)
            window = 50
            costs = np.convolve(costs, np.ones(window) / window, mode="valid")
            updates = updates[window - 1 :]
            name = f"{name} (mean of {window})"
        by_update.plot(updates, costs, color=colour, label=name)
    r.metric("single_samples_accuracy", accuracy[-1])
    r.table(
        ["method", "B", "updates", "training cost", "test accuracy"], rows, title=f"after {EPOCHS} epochs"
    )
    by_epoch.set(
        title="Against the samples seen", xlabel="epoch", ylabel="training cost $C(θ)$", ylim=(0, 2.5)
    )
    by_update.set(
        title="Against the updates made",
        xlabel="update (log scale)",
        ylabel="cost of the batch",
        xscale="log",
        ylim=(0, 4),
    )
    by_update.legend(loc="lower left", frameon=True, framealpha=0.9, edgecolor="none")
