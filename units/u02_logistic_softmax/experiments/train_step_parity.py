"""Our training step beside Keras's own: the same weights after every single step (§3.3)."""

import keras
import numpy as np

from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression

STEPS, BATCH_SIZE = 60, 32
OPTIMIZERS = {
    "gradient descent": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(0.01),
}


def run(r):
    d = r.data()
    x, y = d.features("train"), d.labels("train")
    batches = [r.rng.choice(len(x), BATCH_SIZE, replace=False) for _ in range(STEPS)]
    fig, (ax, ax_gap) = r.figure("parity", 1, 2, size=(9.5, 3.8))
    largest, rows = 0.0, []
    for name, optimizer in OPTIMIZERS.items():
        ours = SoftmaxRegression(d.classes)
        ours.compile(optimizer=optimizer())
        theirs = keras.Sequential([keras.layers.Dense(d.classes, kernel_initializer="zeros")])
        theirs.compile(optimizer=optimizer(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))

        costs, gaps = [], []
        for batch in batches:
            ours.reset_metrics()
            theirs.reset_metrics()
            cost = ours.train_on_batch(x[batch], y[batch], return_dict=True)["loss"]
            keras_cost = theirs.train_on_batch(x[batch], y[batch])
            costs.append((float(cost), float(keras_cost)))
            pairs = zip(ours.get_weights(), theirs.get_weights(), strict=True)
            gaps.append(max(float(np.abs(mine - keras_own).max()) for mine, keras_own in pairs))
        largest = max(largest, *gaps)
        weight = max(float(np.abs(w).max()) for w in ours.get_weights())
        rows.append((name, f"{costs[-1][0]:.6f}", f"{costs[-1][1]:.6f}", f"{max(gaps):.1e}", f"{weight:.2f}"))
        (line,) = ax.plot(np.array(costs)[:, 0], label=f"{name}: ours")
        ax.plot(np.array(costs)[:, 1], "k.", markersize=2.5)
        # float32 has 24 bits: a difference of zero is drawn at 1e-9, below what a weight near 1 can resolve
        ax_gap.semilogy(np.maximum(gaps, 1e-9), color=line.get_color(), label=name)
    r.table(["optimizer", "cost, ours", "cost, Keras", "largest gap", "largest weight"], rows, title=f"after {STEPS} steps")
    r.metric("largest_gap", largest)
    ax.plot([], [], "k.", label="Keras")
    ax.set(title="Cost of the batch", xlabel="step", ylabel="$C(θ)$ before the step")
    ax.legend()
    ax_gap.axhline(2.0**-23, color="gray", linestyle="--", linewidth=1, label="spacing of float32 at 1")
    ax_gap.set(title="Weights: ours minus Keras's", xlabel="step", ylabel="largest |difference|", ylim=(5e-10, 1e-3))
    ax_gap.legend(ncols=2)
