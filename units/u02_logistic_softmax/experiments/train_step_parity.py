"""Our training step and Keras's: the same weights after every step (§3.3).

The two compute the same cost along different roads, so the last bit of a gradient may differ. Gradient descent keeps
such a difference small. Adam divides each gradient by its own size: where a gradient is nothing but rounding, the
rounding takes a step, and the gap is larger.
"""

from itertools import pairwise

import keras
import numpy as np

from course.figures.optimizer_colours import style
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression

STEPS, BATCH_SIZE, FLOOR = 44, 32, 1e-10
OPTIMIZERS = {
    "gradient descent": lambda: keras.optimizers.SGD(0.1),
    "Momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(0.01),
}


class Weights(keras.callbacks.Callback):
    """Record the weights and the cost after every step of ``fit``."""

    def __init__(self):
        super().__init__()
        self.weights, self.costs = [], []

    def on_train_batch_end(self, batch, logs=None):
        """Append the state of this step."""
        self.weights.append(self.model.get_weights())
        self.costs.append(logs["loss"])


def run(r):
    d = r.data()
    chosen = r.rng.permutation(len(d.labels("train")))[: STEPS * BATCH_SIZE]
    x, y = d.features("train")[chosen], d.labels("train")[chosen]
    _, (ax, ax_gap) = r.figure("parity", 1, 2, size=(10, 4))
    rows = []
    for name, optimizer in OPTIMIZERS.items():
        colour = style(name)["color"]
        ours = SoftmaxRegression(d.classes)
        ours.compile(optimizer=optimizer())
        theirs = keras.Sequential([keras.layers.Dense(d.classes, kernel_initializer="zeros")])
        theirs.compile(
            optimizer=optimizer(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        records = []
        for model in (ours, theirs):
            records.append(Weights())
            model.fit(x, y, batch_size=BATCH_SIZE, shuffle=False, verbose=0, callbacks=[records[-1]])
        mine, keras_own = records
        gaps = [
            max(float(np.abs(a - b).max()) for a, b in zip(*pair, strict=True))
            for pair in zip(mine.weights, keras_own.weights, strict=True)
        ]
        r.metric(f"gap_{name.replace(' ', '_').lower()}", max(gaps))
        weight = np.abs(mine.weights[-1][0]).max()
        rows.append(
            (name, f"{mine.costs[-1]:.6f}", f"{keras_own.costs[-1]:.6f}", f"{max(gaps):.1e}", f"{weight:.2f}")
        )
        steps = np.arange(1, len(gaps) + 1)
        ax.plot(steps, mine.costs, color=colour, label=f"{name}, ours")
        ax.plot(steps[::4], keras_own.costs[::4], "k.", markersize=4)
        # For comparison: how far a step moves the weights. A difference of exactly zero is drawn on the lower edge.
        moved = [float(np.abs(b[0] - a[0]).max()) for a, b in pairwise(mine.weights)]
        ax_gap.semilogy(steps[1:], moved, ":", color=colour)
        ax_gap.semilogy(steps, np.maximum(gaps, FLOOR), color=colour)
    r.table(
        ["optimizer", "mean cost, ours", "Keras", "largest gap", "largest weight"], rows, f"{STEPS} steps"
    )
    ax.plot([], [], "k.", label="Keras")
    ax.set(title="Mean cost since the first step", xlabel="step", ylabel="$C(θ)$")
    ax.legend()
    ax_gap.axhline(2.0**-23, color="gray", linestyle="--", linewidth=1, label="spacing of float32 at 1")
    ax_gap.plot([], [], "k:", label="size of the step itself")
    ax_gap.set(
        title="Weights: ours minus Keras's", xlabel="step", ylabel="largest |difference|", ylim=(FLOOR, 1e3)
    )
    ax_gap.legend(loc="upper right")
