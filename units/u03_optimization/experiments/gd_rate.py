"""How the condition number slows descent down: measured factors against theory (§4.2, §4.3).

The steps needed for a factor e are −1/log ρ: about κ/2 for gradient descent, √κ/2 for the tuned heavy ball, √κ for
Nesterov's momentum. On log axes: slopes 1 and ½.
"""

import numpy as np
from keras import ops

from course import figures
from units.u03_optimization.convergence_rate import (
    descent_rate,
    measured_rate,
    optimal_learning_rate,
    tuned_heavy_ball,
    tuned_nesterov,
)
from units.u03_optimization.momentum_descent import momentum_descent

KAPPAS, DIRECTIONS, STEPS = (2, 4, 8, 16, 32, 64, 128), 8, 900


def run(r):
    # Row i: a quadratic with eigenvalues between m = 1 and L = κ_i, spaced by equal factors.
    h = ops.convert_to_tensor(np.stack([np.geomspace(1, k, DIRECTIONS) for k in KAPPAS]).astype("float32"))
    gd = [(a := optimal_learning_rate(1, k), 0.0, float(descent_rate(a, 1, k))) for k in KAPPAS]
    methods = {
        "gradient descent": (gd, False),
        "heavy ball": ([tuned_heavy_ball(1, k) for k in KAPPAS], False),
        "Nesterov": ([tuned_nesterov(1, k) for k in KAPPAS], True),
    }
    start = r.rng.choice([-1.0, 1.0], (len(KAPPAS), DIRECTIONS))
    _, (ax, ax_rate) = r.figure("rates", 1, 2, size=(10, 4.2))
    rows, kappas = [], np.array(KAPPAS)
    for (name, (settings, ahead)), colour in zip(methods.items(), figures.CYCLE, strict=False):
        alpha, beta, theory = (np.array(column) for column in zip(*settings, strict=True))
        path = momentum_descent(lambda x: h * x, start, alpha[:, None], beta[:, None], STEPS, ahead)
        distances = np.linalg.norm(path, axis=-1)  # (steps + 1, kappas)
        measured = np.array([measured_rate(d, floor=1e-30) for d in distances.T])
        needed, expected = -1 / np.log(measured), -1 / np.log(theory)
        key = name.replace(" ", "_").lower()
        r.metric(f"worst_error_{key}", np.abs(measured - theory).max())
        r.metric(f"slope_{key}", np.polyfit(np.log(kappas[2:]), np.log(needed[2:]), 1)[0])
        ax.loglog(kappas, needed, "o", color=colour, label=f"{name}, measured")
        ax.loglog(kappas, expected, "-", color=colour, linewidth=1)
        ax_rate.semilogx(kappas, measured, "o", color=colour)
        ax_rate.semilogx(kappas, theory, "-", color=colour, linewidth=1)
        rows += [(name, k, f"{p:.4f}", f"{q:.4f}") for k, p, q in zip(KAPPAS, measured, theory, strict=True)]
    r.table(["method", "κ", "measured ρ", "theory"], rows)
    ax.plot([], [], "k-", linewidth=1, label="theory")
    ax.set(title="Steps for a factor e", xlabel="condition number κ", ylabel="$−1/\\log ρ$")
    ax.legend()
    ax_rate.set(title="Factor of one step", xlabel="condition number κ", ylabel="ρ", ylim=(0, 1.02))
