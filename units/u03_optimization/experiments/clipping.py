"""Gradient clipping: the exploding gradient of a recurrence, with and without a bound on the step (§4.3).

A state is passed through one neuron 50 times, h ← σ_Sig(w h + b), and should end at 0.7. Where the recurrence has two
stable states the loss is nearly a step: flat, with a wall. A descent that steps onto the wall is thrown away by it.
"""

import numpy as np
from keras import ops

import course
from course import figures
from units.u03_optimization.clipping import clip_by_norm, clip_by_value
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.gradient_descent import gradient_descent
from units.u03_optimization.test_functions import TestFunction

ROUNDS, TARGET, RATE, STEPS, LIMIT = 50, 0.7, 1.0, 60, 0.2
START, DOMAIN = (5.0, -2.0), ((3.2, 6.4), (-3.2, -1.0))


def recurrence(w, b):
    """(h_50 − 0.7)² as a function of the weight and the bias, from h_0 = 0.1."""
    h = 0.1 + 0.0 * w
    for _ in range(ROUNDS):
        h = ops.sigmoid(w * h + b)
    return (h - TARGET) ** 2


def run(r):
    low = np.log(TARGET / (1 - TARGET))  # w h + b = σ_Sig⁻¹(0.7) has h = 0.7 as a fixed point
    cliff = TestFunction("cliff", recurrence, [(5.0, low - 5.0 * TARGET)], DOMAIN, START)
    slope = course.grad(cliff)
    methods = {
        "no clipping": slope,
        "clipped by norm": lambda theta: clip_by_norm(slope(theta), LIMIT),
        "clipped by value": lambda theta: clip_by_value(slope(theta), LIMIT),
    }
    _, (ax, ax_loss) = r.figure("cliff", 1, 2, size=(10.4, 3.9))
    draw_contours(ax, cliff, levels=12, minima=False, resolution=961)
    rows = []
    for (name, gradient), colour in zip(methods.items(), ("red", "blue", "orange"), strict=True):
        path = gradient_descent(gradient, START, RATE, STEPS)
        loss = ops.convert_to_numpy(cliff(path))
        longest = float(np.linalg.norm(np.diff(path, axis=0), axis=1).max())
        key = name.replace(" ", "_")
        r.metric(f"longest_step_{key}", longest)
        r.metric(f"loss_{key}", float(loss[-1]))
        rows.append((name, f"{longest:.3g}", f"{loss[-1]:.2e}"))
        draw_path(ax, path, figures.COLOURS[colour], label=name)
        ax_loss.semilogy(np.maximum(loss, 1e-10), color=figures.COLOURS[colour], label=name)
    r.table(["descent", "longest step", f"loss after {STEPS} steps"], rows, f"α = {RATE:g}, c = {LIMIT:g}")
    ax.set(title="Paths at the cliff", xlabel="weight $w$", ylabel="bias $b$")
    ax.legend(loc="lower left", frameon=True, framealpha=0.9, edgecolor="none")
    ax_loss.set(title="The loss of each path", xlabel="step $t$", ylabel="loss")
    ax_loss.legend(loc="lower left")
