"""Our optimizers and Keras's with the same gradients: the largest difference in 100 steps (§4.3)."""

import keras
import numpy as np
from keras import ops

from course import figures
from course.figures.optimizer_colours import style
from units.u03_optimization.adadelta import Adadelta
from units.u03_optimization.adagrad import Adagrad
from units.u03_optimization.adam import Adam
from units.u03_optimization.adamw import AdamW
from units.u03_optimization.momentum import Momentum
from units.u03_optimization.nadam import Nadam
from units.u03_optimization.nesterov import Nesterov
from units.u03_optimization.rmsprop import RMSprop
from units.u03_optimization.sgd import SGD

STEPS, SIZE, FLOOR = 100, 64, 1e-9
own = keras.optimizers
PAIRS = {
    "SGD": (lambda: SGD(0.01), lambda: own.SGD(0.01)),
    "Momentum": (lambda: Momentum(0.01, 0.9), lambda: own.SGD(0.01, momentum=0.9)),
    "Nesterov": (lambda: Nesterov(0.01, 0.9), lambda: own.SGD(0.01, momentum=0.9, nesterov=True)),
    "Adagrad": (lambda: Adagrad(0.05), lambda: own.Adagrad(0.05)),
    "RMSprop": (lambda: RMSprop(0.01), lambda: own.RMSprop(0.01)),
    "RMSprop, centered": (
        lambda: RMSprop(0.01, momentum=0.5, epsilon=1e-3, centered=True),
        lambda: own.RMSprop(0.01, momentum=0.5, epsilon=1e-3, centered=True),
    ),
    "Adadelta": (lambda: Adadelta(1.0), lambda: own.Adadelta(1.0)),
    "Adam": (lambda: Adam(0.01), lambda: own.Adam(0.01)),
    "AdamW": (lambda: AdamW(0.01), lambda: own.AdamW(0.01)),
    "Nadam": (lambda: Nadam(0.01), lambda: own.Nadam(0.01)),
}


def run(r):
    # The same gradients for all: noise around a slope, with sizes from 0.01 to 10
    size = 10 ** r.rng.uniform(-2, 1, SIZE)
    gradients = (size * r.rng.normal(0.3, 1, (STEPS, SIZE))).astype("float32")
    start = r.rng.uniform(-1, 1, SIZE).astype("float32")
    _, (ax, ax_gap) = r.figure("equality", 1, 2, size=(10, 4))
    rows = []
    for name, pair in PAIRS.items():
        mine, theirs = (walk(make(), gradients, start) for make in pair)
        gap = (np.abs(mine - theirs) / np.maximum(1, np.abs(theirs))).max(axis=1)
        moved = float(np.abs(mine[-1] - start).max())
        key = name.replace(", ", "_").lower()
        r.metric(f"gap_{key}", gap.max())
        rows.append((name, f"{gap.max():.1e}", f"{moved:.3g}"))
        steps = np.arange(STEPS + 1)
        ax.plot(steps, np.abs(mine - start).mean(1), label=name, **style(name))
        ax.plot(steps[10::30], np.abs(theirs - start).mean(1)[10::30], "k.", markersize=4)
        ax_gap.semilogy(steps[1:], np.maximum(gap[1:], FLOOR), **style(name))
    r.table(["optimizer", "largest difference to Keras's own", "largest way of a parameter"], rows)
    r.log("Nadam and AdamW: 1 − β_2 and 1 − αδ are rounded in another order, on some backends.")
    ax.plot([], [], "k.", label="Keras's own")
    ax.set(
        title="Mean distance from the start",
        xlabel="step $t$",
        ylabel=r"mean $|θ^{(t)} - θ^{(0)}|$",
        yscale="log",
    )
    ax.set(ylim=(1e-3, None))
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
    ax_gap.axhline(2.0**-23, color=figures.COLOURS["grey"], linestyle=":", label="spacing of float32 at 1")
    ax_gap.set(
        title="Ours against Keras's",
        xlabel="step $t$",
        ylabel="largest |difference| / max(1, |θ|)",
        ylim=(FLOOR, 1e-4),
    )
    ax_gap.legend(loc="upper left")


def walk(optimizer, gradients, start):
    """The parameters after every step: (steps + 1, size)."""
    theta = keras.Variable(start)
    path = [start]
    for g in gradients:
        optimizer.apply([ops.convert_to_tensor(g)], [theta])
        path.append(np.array(theta.numpy()))
    return np.array(path)
