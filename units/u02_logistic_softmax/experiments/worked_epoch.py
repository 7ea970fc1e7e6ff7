"""One epoch by hand: every intermediate value of two updates, compared with automatic differentiation (§3.3)."""

import keras
import numpy as np
from keras import ops

import course
from course import figures
from units.u02_logistic_softmax.cross_entropy import cross_entropy
from units.u02_logistic_softmax.mini_batch import epoch_batches
from units.u02_logistic_softmax.softmax_model import logits, softmax_model
from units.u02_logistic_softmax.worked_epoch import BATCH_SIZE, CLASSES, X, Y, worked_epoch


def run(r):
    steps = worked_epoch()
    gap = 0.0
    for number, (batch, lines) in enumerate(zip(epoch_batches(len(X), BATCH_SIZE), steps, strict=True), 1):
        rows = [(line.symbol, line.formula, _text(line.value)) for line in lines.values()]
        r.table(["symbol", "formula", "value"], rows, title=f"update {number}: samples {batch.tolist()}")
        gap = max(gap, _gap_to_seam(X[batch], Y[batch], lines))

    parameters = [(lines["W"].value, lines["b"].value) for lines in steps]
    parameters.append((steps[-1]["W new"].value, steps[-1]["b new"].value))
    costs = [float(ops.mean(cross_entropy(Y, logits(X, W, b)))) for W, b in parameters]
    r.log(f"cost on all four samples before, between and after: {', '.join(f'{c:.4f}' for c in costs)}")
    r.metric("cost_before", costs[0])
    r.metric("cost_after", costs[-1])
    r.metric("gap_to_seam", gap)

    _, axes = r.figure("probabilities", 1, len(parameters), size=(9, 3.2), sharey=True)
    titles = ["start: θ = 0", "after samples 0 and 1", "after samples 2 and 3"]
    for ax, title, cost, (W, b) in zip(axes, titles, costs, parameters, strict=True):
        y_hat, bottom = ops.convert_to_numpy(softmax_model(X, W, b)), np.zeros(len(X))
        for k in range(CLASSES):
            bars = ax.bar(range(len(X)), y_hat[:, k], bottom=bottom, color=figures.CYCLE[k], alpha=0.35)
            for i in np.flatnonzero(k == Y):
                bars[i].set(alpha=1, edgecolor="black", linewidth=1.5)
            ax.bar(0, 0, color=figures.CYCLE[k], label=f"class {k}")
            bottom = bottom + y_hat[:, k]
        ax.set(
            title=f"{title}\n$C(θ)$ = {cost:.3f}", xlabel="sample (true class framed)", xticks=range(len(X))
        )
        ax.grid(False)
    axes[0].set_ylabel("probability ŷ")
    axes[-1].legend(loc="center left", bbox_to_anchor=(1, 0.5))


def _gap_to_seam(x, y, lines):
    """The largest difference between the gradients by hand and those of automatic differentiation."""
    W, b = keras.Variable(lines["W"].value), keras.Variable(lines["b"].value)
    _, automatic = course.value_and_grad(lambda: ops.mean(cross_entropy(y, logits(x, W, b))), [W, b])
    by_hand = lines["∂C/∂W"].value, lines["∂C/∂b"].value
    gaps = [abs(ops.convert_to_numpy(a) - h).max() for a, h in zip(automatic, by_hand, strict=True)]
    return max(map(float, gaps))


def _text(value):
    return np.array2string(value, precision=4, suppress_small=True)
