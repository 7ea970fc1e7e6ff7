"""A range test finds a learning rate in one short run, and training with it confirms the choice (§4.2)."""

import keras
import numpy as np
from keras import layers

from course.figures import COLOURS
from units.u04_feedforward import Classifier
from units.u06_tricks_of_the_trade import find_learning_rate

BATCH = 96
FACTORS = (0.01, 0.1, 1, 10)


def run(r):
    d = r.data()
    whole = len(d.labels("train")) // BATCH * BATCH
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    network = keras.Sequential(
        [keras.Input(x.shape[1:]), layers.Dense(64, activation="relu"), layers.Dense(d.classes)]
    )
    model = Classifier(network, d.classes)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9))
    model.prepare((x[:BATCH], y[:BATCH]))
    start = model.get_weights()
    found = find_learning_rate(model, x, y, BATCH, low=1e-4, high=100.0, steps=90)
    changed = max(np.abs(a - b).max() for a, b in zip(start, model.get_weights(), strict=True))
    r.metric("change_of_the_weights", changed)
    r.metric("suggestion", found.suggestion)
    r.metric("largest_rate", found.rates[-1])

    _, (ax, training) = r.figure("range_test", 1, 2, size=(10, 4))
    ax.semilogx(found.rates, found.losses, ".", color=COLOURS["grey"], label="mini-batches")
    ax.semilogx(found.rates, found.smoothed, color=COLOURS["blue"], label="average")
    ax.axvline(found.suggestion, color=COLOURS["orange"], label=f"steepest: {found.suggestion:.2g}")
    ax.set(
        title="One run with a growing rate",
        xlabel="learning rate $α$",
        ylabel="training cost",
        ylim=(0, 1.5 * found.losses[0]),
    )
    ax.legend()

    rows, epochs = [], r.pick(quick=3, full=10)
    for factor in FACTORS:  # one model, so that the step is compiled once
        model.set_weights(start)
        for v in model.optimizer.variables[2:]:  # after the number of steps and the rate: the momenta
            v.assign(np.zeros(v.shape))
        model.optimizer.learning_rate = factor * found.suggestion
        costs = model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0).history["loss"]
        # a cost that is not finite has diverged: it is drawn at the upper end of the scale
        costs = np.minimum(np.nan_to_num(costs, nan=np.inf), 10.0)
        r.metric(f"cost_at_{factor:g}".replace(".", "_"), costs[-1])
        rows.append((f"{factor:g} × suggestion", f"{factor * found.suggestion:.2g}", f"{costs[-1]:.3f}"))
        training.semilogy(range(1, epochs + 1), costs, "o-", label=f"{factor:g} × steepest")
    r.table(["rate", "α", f"training cost, epoch {epochs}"], rows)
    training.set(
        title="Training with a constant rate",
        xlabel="epoch",
        ylabel="training cost (log scale)",
        ylim=(0.02, 6),
    )
    training.set_xticks(range(1, epochs + 1))
    training.legend()
