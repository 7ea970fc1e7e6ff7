"""Muon, Adam and momentum on the same network, each with the best of its learning rates (☆)."""

import keras
import numpy as np
from keras import ops

from course import figures
from course.figures.optimizer_colours import style
from units.u03_optimization import Adam, Nesterov
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade.muon import Muon
from units.u06_tricks_of_the_trade.restart import restart

METHODS = {  # an optimizer, and its learning rates: quick, with larger batches, and full
    "Nesterov": (lambda: Nesterov(0.1, 0.95), (0.05, 0.1, 0.2), (0.05, 0.1, 0.2)),
    "Adam": (Adam, (0.015, 0.03, 0.06), (0.01, 0.02, 0.04)),
    "Muon": (
        lambda: Muon(weight_decay=0.0, adam_weight_decay=0.0, exclude_layers=["logits"]),
        (0.015, 0.03, 0.06),
        (0.01, 0.02, 0.05),
    ),
}


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile every step a second time
    batch_size = r.pick(quick=144, full=72)
    whole = len(d.labels("train")) // batch_size * batch_size
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    test = d.features("test"), d.labels("test")
    epochs, seeds = r.pick(quick=(6, 1), full=(5, 3))
    _, axes = r.figure("training", 1, 2, size=(10.5, 4))
    rows = []
    for (name, (make, *rates)), marker in zip(METHODS.items(), figures.MARKERS, strict=False):
        rates = r.pick(quick=rates[0], full=rates[1])
        model = network(d.classes)
        model.compile(make())
        model.prepare((x[:batch_size], y[:batch_size]))
        curves, accuracies = {}, {}
        for rate in rates:
            runs = [
                (train(model, rate, r.seed + s, x, y, batch_size, epochs), accuracy(model, *test))
                for s in range(seeds)
            ]
            curves[rate], accuracies[rate] = (np.mean(values, axis=0) for values in zip(*runs, strict=True))
        final = [curve[-1] for curve in curves.values()]
        best = rates[int(np.argmin(final))]
        rows.append((name, best, *(f"{value:.4f}" for value in curves[best]), f"{accuracies[best]:.3f}"))
        r.metric(f"loss_{name.lower()}", min(final))
        r.metric(f"accuracy_{name.lower()}", accuracies[best])
        axes[0].plot(rates, final, **{**style(name), "marker": marker}, label=name)
        axes[1].semilogy(range(1, epochs + 1), curves[best], label=f"{name}, α = {best}", **style(name))
    r.metric("muon_over_adam", r.metrics["loss_muon"] / r.metrics["loss_adam"])
    losses = [f"loss, epoch {epoch}" for epoch in range(1, epochs + 1)]
    r.table(
        ["optimizer", "best rate", *losses, "test accuracy"],
        rows,
        title="1 seed" if seeds == 1 else f"Means of {seeds} seeds",
    )
    axes[0].set(
        xscale="log",
        yscale="log",
        title=f"After {epochs} epochs",
        xlabel="learning rate α",
        ylabel="training loss",
    )
    axes[1].set(title="With the best rate", xlabel="epoch", ylabel="training loss")
    ticks = (0.01, 0.02, 0.05, 0.1, 0.2)
    axes[0].set_xticks(ticks, ticks)
    axes[0].minorticks_off()
    for ax in axes:
        ax.legend()


def network(classes):
    """Two hidden layers, which Muon trains, and the output layer, which it leaves to AdamW."""
    hidden = [keras.layers.Dense(64, activation="relu") for _ in range(2)]
    return Classifier(keras.Sequential([*hidden, keras.layers.Dense(classes, name="logits")]), classes)


def accuracy(model, x, y):
    """The share of samples that the model classifies right."""
    return np.mean(ops.convert_to_numpy(model(x)).argmax(-1) == y)


def train(model, rate, seed, x, y, batch_size, epochs):
    """Train from new weights; the mean loss of each epoch."""
    restart(model, model.network, rate, seed)
    return model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0).history["loss"]
