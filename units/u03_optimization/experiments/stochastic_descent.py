"""Gradient descent, mini-batches, single samples: three paths on the same least-squares loss (§4.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from course.figures.optimizer_colours import style
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.gradient_descent import stochastic_descent
from units.u03_optimization.test_functions import TestFunction

SAMPLES, STEPS, REPLICATES, RATE, START = 200, 200, 50, 0.1, (-1.0, 3.0)
SIZES = {"gradient descent": SAMPLES, "mini-batches of 20": 20, "single samples": 1}
COLOUR = [style("gradient descent")["color"], COLOURS["orange"], COLOURS["green"]]


def run(r):
    # y = θ_1 + θ_2 x + noise
    x = r.rng.uniform(-1, 1.5, SAMPLES)
    y = 1 + 2 * x + r.rng.normal(size=SAMPLES)
    X = np.stack([np.ones(SAMPLES), x], axis=1)
    best = np.linalg.lstsq(X, y, rcond=None)[0]
    loss = least_squares(X, y, best)
    X, y = X.astype("float32"), y.astype("float32")

    def batch_gradient(theta, batch):
        """∇C_batch for every replicate's own batch: (replicates, 2) from indices (replicates, B)."""
        Xb, yb = ops.convert_to_tensor(X[batch]), ops.convert_to_tensor(y[batch])
        residual = ops.einsum("rbf,rf->rb", Xb, theta) - yb
        return ops.einsum("rb,rbf->rf", residual, Xb) / batch.shape[1]

    _, axes = r.figure("paths", 1, 4, size=(11.6, 3.3), width_ratios=[1, 1, 1, 1.15])
    rows = []
    for ax, (name, B), colour in zip(axes[:3], SIZES.items(), COLOUR, strict=True):
        replicates = 1 if B == SAMPLES else REPLICATES
        batches = (
            [np.arange(SAMPLES)[None]] * STEPS
            if B == SAMPLES
            else r.rng.integers(SAMPLES, size=(STEPS, REPLICATES, B))
        )
        path = stochastic_descent(batch_gradient, np.tile(START, (replicates, 1)), RATE, batches)
        square = np.mean(np.sum((path - best) ** 2, -1), -1)
        rms = float(np.sqrt(square[-50:].mean()))
        r.metric(f"distance_{name.replace(' ', '_').replace('-', '_')}", rms)
        rows.append((name, B, B * STEPS, f"{rms:.4f}"))
        draw_contours(ax, loss, levels=14)
        draw_path(ax, path[:, 0], colour)
        ax.set(title=name)
        if ax is not axes[0]:
            ax.set_ylabel("")
        axes[3].loglog(B * np.arange(1, STEPS + 1), np.sqrt(square[1:]), color=colour, label=name)
    r.table(["method", "B", "samples read", "distance at the end"], rows, f"{STEPS} updates, α = {RATE:g}")
    axes[3].set(title="Distance by samples read", xlabel="samples read", ylabel="distance to the minimum")
    axes[3].legend(loc="lower left")


def least_squares(X, y, best):
    """C(θ) = (1/2n) ∑ (θ_1 + θ_2 x_i − y_i)², from its second-order expansion, which is exact."""
    (h11, h12), (_, h22) = X.T @ X / len(y)
    least = float(np.mean((X @ best - y) ** 2) / 2)
    b1, b2 = (float(b) for b in best)

    def formula(a, b):
        u, v = a - b1, b - b2
        return (float(h11) * u**2 + 2 * float(h12) * u * v + float(h22) * v**2) / 2 + least

    return TestFunction("least squares", formula, [best], ((-2, 3), (0, 4)), START)
