"""Accuracy against sparsity: when and what to prune, what it saves, and lottery tickets (§5.7)."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from course import figures
from units.u06_tricks_of_the_trade.lottery_ticket import lottery_tickets
from units.u06_tricks_of_the_trade.pruned_classifier import GradualPruning, PrunedClassifier
from units.u06_tricks_of_the_trade.pruning import LAYOUTS, stored_bytes
from units.u06_tricks_of_the_trade.restart import restart

SPARSITIES = (0.5, 0.75, 0.9, 0.95, 0.98)
ROUNDS = (0.5, 0.75, 0.875, 0.94)


class Training(NamedTuple):
    """What every network is trained with: mini-batches of ``x`` and ``y``, and Adam's learning rate."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    batch_size: int
    rate: float


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile every step a second time
    batch_size, rate = r.pick(quick=(144, 6e-3), full=(72, 3e-3))
    whole = len(d.labels("train")) // batch_size * batch_size
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    data = Training(x, y, d.features("test"), d.labels("test"), batch_size, rate)
    widths = r.pick(quick=[64, 32], full=[300, 100])
    hidden = [keras.layers.Dense(width, activation="relu") for width in widths]
    inputs = keras.Input(x.shape[1:])
    model = PrunedClassifier(keras.Sequential([inputs, *hidden, keras.layers.Dense(d.classes)]), d.classes)
    model.compile(keras.optimizers.Adam(rate))
    model.prepare((x[:batch_size], y[:batch_size]))
    pruned_in_four_ways(r, model, data)
    tickets(r, model, data)


def fit(model, data, epochs, **options):
    """Train with a new state of the optimizer; the test accuracy."""
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = data.rate
    model.fit(data.x, data.y, batch_size=data.batch_size, epochs=epochs, verbose=0, **options)
    return accuracy(model, data)


def accuracy(model, data):
    """The share of test samples that the model classifies right."""
    return np.mean(ops.convert_to_numpy(model.network(data.x_test)).argmax(-1) == data.y_test)


def pruned_in_four_ways(r, model, data):
    """One trained network, pruned in four ways."""
    epochs = r.pick(quick=6, full=5)
    restart(model, model.network, seed=r.seed)
    with r.model("accuracy_dense", model.network):
        dense = fit(model, data, r.pick(quick=12, full=15))
    trained, ones = model.network.get_weights(), [np.ones(m.shape) for m in model.masks]
    names = ("a share of each layer", "global", "global, then trained", "gradually, while trained")
    found = {name: [] for name in names}
    rows, sparsities = [], r.pick(quick=SPARSITIES[:4], full=SPARSITIES)
    for sparsity in sparsities:
        for name, values in found.items():
            model.use_masks(ones)
            model.network.set_weights(trained)
            if name != names[3]:
                model.prune(sparsity, "layer" if name == names[0] else "global")
                values.append(fit(model, data, epochs) if name == names[2] else accuracy(model, data))
            else:
                # the last epochs train what is left
                schedule = GradualPruning(sparsity, epochs - r.pick(quick=3, full=1))
                values.append(fit(model, data, epochs, callbacks=[schedule]))
        weights = [ops.convert_to_numpy(W) for W in model.kernels]
        rows.append((sparsity, *(f"{stored_bytes(weights, layout):,}" for layout in LAYOUTS)))
    r.table(["sparsity", *LAYOUTS], rows, title="Bytes of the kernels, by the way in which they are stored")
    kept = model.network.count_params() - round(0.9 * sum(np.prod(W.shape) for W in model.kernels))
    r.model("accuracy_gradual_90", kept)
    r.metric("accuracy_dense", dense)
    for name, key in zip(names, ("layer", "global", "trained", "gradual"), strict=True):
        r.metric(f"accuracy_{key}_90", found[name][2])
    r.metric("bytes_at_90_over_dense", int(rows[2][2].replace(",", "")) / int(rows[2][1].replace(",", "")))
    _, ax = r.figure("sparsity", size=(6, 4))
    for (name, values), marker in zip(found.items(), figures.MARKERS, strict=False):
        ax.plot(range(len(sparsities)), values, marker=marker, label=name)
    ax.axhline(dense, linestyle=":", color=figures.COLOURS["grey"], label="not pruned")
    ax.set_xticks(range(len(sparsities)), [f"{s:.0%}" for s in sparsities])
    ax.set(title="One network, pruned in four ways", xlabel="weights removed", ylabel="test accuracy")
    ax.legend()


def tickets(r, model, data):
    """The same masks from the first weights and from other ones."""
    found = {"first weights": [], "new weights": []}
    seeds, epochs = r.pick(quick=(2, 4), full=(3, 2))
    shares = r.pick(quick=ROUNDS[:3], full=ROUNDS)
    for seed in range(r.seed, r.seed + seeds):
        restart(model, model.network, seed=seed + 100)
        other = model.network.get_weights()
        restart(model, model.network, seed=seed)
        start = model.network.get_weights()
        model.use_masks([np.ones(m.shape) for m in model.masks])
        rounds, masks = [], []
        for _, mask in lottery_tickets(model, start, shares, lambda: fit(model, data, epochs)):
            rounds.append(accuracy(model, data))
            masks.append(mask)
        found["first weights"].append(rounds)
        found["new weights"].append([])
        for mask in masks:
            model.network.set_weights(other)
            model.use_masks(mask)
            found["new weights"][-1].append(fit(model, data, epochs))
    _, ax = r.figure("tickets", size=(6, 4))
    for (name, values), marker in zip(found.items(), figures.MARKERS, strict=False):
        (line,) = ax.plot(range(len(shares) + 1), np.mean(values, axis=0), marker=marker, label=name)
        for seed in values:
            ax.plot(range(len(shares) + 1), seed, color=figures.pale(line.get_color(), 0.5), linewidth=1)
        r.metric(f"ticket_{name.replace(' ', '_')}", np.mean(values, axis=0)[3])
    gains = np.subtract(found["first weights"], found["new weights"])[:, 3]
    r.metric("least_gain_of_a_ticket", gains.min())
    r.log(f"Gain of the first weights at {ROUNDS[2]:.1%}, by seed: {', '.join(f'{g:.3f}' for g in gains)}.")
    ax.set_xticks(range(len(shares) + 1), [f"{s:.1%}" for s in (0, *shares)])
    ax.set(
        title=f"After {epochs} epochs, mean of {seeds} seeds",
        xlabel="weights removed",
        ylabel="test accuracy",
    )
    ax.legend()
