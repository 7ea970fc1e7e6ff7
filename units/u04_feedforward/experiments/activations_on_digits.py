"""Training curves of the same network with eleven activations, same start and batches (§5.3)."""

import keras
import numpy as np

from course import figures
from units.u04_feedforward.activations import ACTIVATIONS
from units.u04_feedforward.feed_forward import FeedForward
from units.u04_feedforward.side_by_side import SideBySide

WIDTHS = [32, 32]
BATCH_SIZE = 72
NAMES = [name for name in ACTIVATIONS if name != "gelu_tanh"]


def run(r):
    d = r.data()
    # whole batches only: a shorter last batch would compile the step a second time
    whole = len(d.labels("train")) // BATCH_SIZE * BATCH_SIZE
    x, y = d.features("train")[:whole], d.labels("train")[:whole]
    x_test, y_test = d.features("test"), d.labels("test")
    members = {
        name: FeedForward(WIDTHS, ACTIVATIONS[name].function, d.classes, initializer="he_normal")
        for name in NAMES
    }
    together = SideBySide(members)
    together.compile(optimizer=keras.optimizers.SGD(0.1))
    together.prepare((x[:BATCH_SIZE], y[:BATCH_SIZE]))
    together.start_alike()
    history = together.fit(x, y, batch_size=BATCH_SIZE, epochs=r.pick(quick=8, full=5), verbose=0).history

    outputs = together.predict(x_test, batch_size=len(x_test), verbose=0).argmax(-1)
    accuracies = dict(zip(NAMES, np.mean(outputs == y_test, axis=1), strict=True))
    rows = []
    for name in NAMES:
        costs = history[f"{name}_loss"]
        rows.append((name, f"{costs[0]:.3f}", f"{costs[-1]:.3f}", f"{accuracies[name]:.3f}"))
        r.metric(f"accuracy_{name}", accuracies[name])
    r.table(["activation", "cost, first epoch", "cost, last epoch", "test accuracy"], rows)
    r.log("step learns in its last layer only: the layers below keep their random weights.")

    _, axes = r.figure("curves", 1, 3, size=(11, 4), sharey=True)
    for ax, family in zip(axes, ("saturating", "rectifier", "smooth"), strict=True):
        chosen = [name for name in NAMES if ACTIVATIONS[name].family == family]
        for name, colour, marker in zip(chosen, figures.CYCLE, figures.MARKERS, strict=False):
            costs = history[f"{name}_loss"]
            label = f"{name} ({accuracies[name]:.2f})"
            ax.plot(range(1, len(costs) + 1), costs, marker=marker, markersize=4, color=colour, label=label)
        ax.set(title=f"{family} activations", xlabel="epoch", ylim=(0, 3.4))
        ax.legend(title="(test accuracy)", loc="upper right")
    axes[0].set_ylabel("training cost $C(θ)$")
