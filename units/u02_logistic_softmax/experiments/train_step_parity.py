"""Our training step beside Keras's own: the same weights after every single step (§3.3)."""

import keras
import numpy as np

from course import figures
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression

STEPS, BATCH_SIZE = 44, 32
OPTIMIZERS = {
    "gradient descent": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(0.01),
}


class Weights(keras.callbacks.Callback):
    """Remember the weights and the cost after every step of ``fit``."""

    def __init__(self):
        super().__init__()
        self.weights, self.costs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(self.model.get_weights())
        self.costs.append(logs["loss"])


def run(r):
    d = r.data()
    chosen = r.rng.permutation(len(d.labels("train")))[: STEPS * BATCH_SIZE]
    x, y = d.features("train")[chosen], d.labels("train")[chosen]
    fig, (ax, ax_gap) = r.figure("parity", 1, 2, size=(9.5, 3.8))
    largest, rows = 0.0, []
    for (name, optimizer), colour in zip(OPTIMIZERS.items(), figures.CYCLE, strict=False):
        ours = SoftmaxRegression(d.classes)
        ours.compile(optimizer=optimizer())
        theirs = keras.Sequential([keras.layers.Dense(d.classes, kernel_initializer="zeros")])
        theirs.compile(optimizer=optimizer(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        records = []
        for model in (ours, theirs):
            records.append(Weights())
            model.fit(x, y, batch_size=BATCH_SIZE, shuffle=False, verbose=0, callbacks=[records[-1]])
        mine, keras_own = records
        gaps = [
            max(float(np.abs(a - b).max()) for a, b in zip(*pair, strict=True))
            for pair in zip(mine.weights, keras_own.weights, strict=True)
        ]
        largest = max(largest, *gaps)
        weight = np.abs(mine.weights[-1][0]).max()
        rows.append((name, f"{mine.costs[-1]:.6f}", f"{keras_own.costs[-1]:.6f}", f"{max(gaps):.1e}", f"{weight:.2f}"))
        steps = np.arange(1, len(gaps) + 1)
        ax.plot(steps, mine.costs, color=colour, label=f"{name}, ours")
        ax.plot(steps[::4], keras_own.costs[::4], "k.", markersize=4)
        # a difference of exactly zero has no logarithm: it is drawn on the lower edge
        ax_gap.semilogy(steps, np.maximum(gaps, 1e-9), color=colour, label=name)
    r.table(["optimizer", "mean cost, ours", "Keras", "largest gap", "largest weight"], rows, f"{STEPS} steps")
    r.metric("largest_gap", largest)
    ax.plot([], [], "k.", label="Keras")
    ax.set(title="Mean cost since the first step", xlabel="step", ylabel="$C(θ)$")
    ax.legend()
    ax_gap.axhline(2.0**-23, color="gray", linestyle="--", linewidth=1, label="spacing of float32 at 1")
    ax_gap.set(title="Weights: ours minus Keras's", xlabel="step", ylabel="largest |difference|", ylim=(1e-9, 1e-3))
    ax_gap.legend()
