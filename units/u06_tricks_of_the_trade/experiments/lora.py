"""LoRA: digits 5–9 by a network that learned 0–4, with changes of rank 1, 2, 4 and 8 (§6.5)."""

import keras
import numpy as np
from keras import layers

from course.figures import COLOURS
from units.u04_feedforward import Classifier, SideBySide
from units.u06_tricks_of_the_trade.intervals import in_percent, mean_and_interval, of_seeds
from units.u06_tricks_of_the_trade.lora import trainable_count, with_lora
from units.u06_tricks_of_the_trade.two_tasks import some_of_each, two_tasks

RANKS = (1, 2, 4, 8)
QUICK_RANKS = (1, 4)


def run(r):
    d = r.data()
    seeds = range(r.seed, r.seed + r.pick(quick=1, full=3))
    results = [adapted(r, d, seed) for seed in seeds]
    sizes = results[0][1]
    accuracies = {name: [accuracy[name] for accuracy, _ in results] for name in sizes}
    rows = []
    for name, size in sizes.items():
        r.metric(f"accuracy_{name.replace(' ', '_')}", np.mean(accuracies[name]))
        share = f"{100 * size / sizes['all weights']:.1f}"
        rows.append((name, f"{size:,}", share, in_percent(accuracies[name])))
    r.metric("parameters_rank_4", sizes["rank 4"])
    r.metric("parameters_all_weights", sizes["all weights"])
    r.table(
        ["trained", "parameters", "% of all", "test accuracy, %"],
        rows,
        title=of_seeds(len(seeds)),
    )
    draw(r, sizes, accuracies)


def adapted(r, d, seed):
    """Train on the first task, adapt in six ways to the second; return accuracies and numbers of parameters."""
    keras.utils.set_random_seed(seed)
    first, second = two_tasks(d, flat=True)
    units = r.pick(quick=64, full=256)
    body = [layers.Dense(units, activation="relu", name=f"hidden_{i}") for i in (1, 2)]
    network = keras.Sequential([keras.Input(first.x.shape[1:]), *body, layers.Dense(5, name="old_head")])
    model = Classifier(network, classes=5)
    model.compile(keras.optimizers.Adam(r.pick(quick=5e-3, full=1e-3)))
    batch_size, epochs = r.pick(quick=(100, 8), full=(250, 4))
    whole = r.whole(len(first.x), batch_size)
    model.fit(first.x[:whole], first.y[:whole], batch_size=batch_size, epochs=epochs, verbose=0)

    start = keras.Sequential([keras.Input(first.x.shape[1:]), *body, layers.Dense(5, name="head")])
    members = {"head only": keras.models.clone_model(start)}
    for layer in members["head only"].layers[:-1]:
        layer.trainable = False
    members |= {
        f"rank {rank}": with_lora(start, rank, alpha=2 * rank, train="head", train_bias=False)
        for rank in r.pick(quick=QUICK_RANKS, full=RANKS)
    }
    members["all weights"] = keras.models.clone_model(start)
    for name in ("head only", "all weights"):
        members[name].set_weights(start.get_weights())
    together = SideBySide(
        {n.replace(" ", "_"): Classifier(network, classes=5) for n, network in members.items()}
    )
    rows = some_of_each(second.y, r.pick(quick=40, full=100), np.random.default_rng(seed))
    together.compile(keras.optimizers.Adam(r.pick(quick=5e-3, full=1e-3)))
    together.fit(second.x[rows], second.y[rows], batch_size=50, epochs=r.pick(quick=12, full=30), verbose=0)
    logits = together.predict(second.x_test, batch_size=len(second.x_test), verbose=0)
    right = np.mean(logits.argmax(axis=-1) == second.y_test, axis=1)
    sizes = {name: trainable_count(network) for name, network in members.items()}
    return dict(zip(members, right, strict=True)), sizes


def draw(r, sizes, accuracies):
    """Accuracy against the number of trained parameters."""
    _, ax = r.figure("accuracy", size=(8, 4.4))
    means = {name: mean_and_interval(values) for name, values in accuracies.items()}
    for name, colour in zip(sizes, ("black", *["blue"] * (len(sizes) - 2), "red"), strict=True):
        mean, half = means[name]
        ax.errorbar(
            sizes[name],
            100 * mean,
            yerr=None if np.isnan(half) else 100 * half,
            fmt="o",
            capsize=4,
            color=COLOURS[colour],
        )
        ax.annotate(name, (sizes[name], 100 * mean), xytext=(6, -14), textcoords="offset points")
    ax.set(
        title="A new task: accuracy by what is trained",
        xlabel="trained parameters (log scale)",
        ylabel="test accuracy (%)",
        xscale="log",
    )
    ax.set_xlim(right=3 * sizes["all weights"])
    ax.margins(y=0.2)
