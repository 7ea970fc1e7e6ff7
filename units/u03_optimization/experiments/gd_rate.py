"""The influence of the condition number on the speed of descent, measured and in theory (§4.2, §4.3).

The steps needed for a factor e are −1/log ρ: about κ/2 for gradient descent, √κ/2 for the tuned heavy ball, √κ for
Nesterov's momentum. On log axes: slopes 1 and ½.
"""

import numpy as np
from keras import ops

from course.figures.optimizer_colours import style
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
    methods = {
        "gradient descent": (tuned_gradient_descent, False),
        "heavy ball": (tuned_heavy_ball, False),
        "Nesterov": (tuned_nesterov, True),
    }
    start = r.rng.choice([-1.0, 1.0], (len(KAPPAS), DIRECTIONS))
    _, (ax, ax_rate) = r.figure("rates", 1, 2, size=(10.4, 3.4))
    rows, kappas, fine = [], np.array(KAPPAS), np.geomspace(KAPPAS[0], KAPPAS[-1], 100)
    for name, (tuned, ahead) in methods.items():
        colour = style(name)["color"]
        alpha, beta, theory = (
            np.array(column) for column in zip(*(tuned(1, k) for k in KAPPAS), strict=True)
        )
        path = momentum_descent(lambda x: h * x, start, alpha[:, None], beta[:, None], STEPS, ahead)
        distances = np.linalg.norm(path, axis=-1)  # (steps + 1, kappas)
        measured = np.array([measured_rate(d, floor=1e-30) for d in distances.T])
        needed, curve = -1 / np.log(measured), np.array([tuned(1, k)[2] for k in fine])
        key = name.replace(" ", "_").lower()
        r.metric(f"worst_error_{key}", np.abs(measured - theory).max())
        r.metric(f"slope_{key}", np.polyfit(np.log(kappas[2:]), np.log(needed[2:]), 1)[0])
        ax.loglog(kappas, needed, "o", color=colour, label=f"{name}, measured")
        ax.loglog(fine, -1 / np.log(curve), "-", color=colour, linewidth=1)
        ax_rate.semilogx(kappas, measured, "o", color=colour)
        ax_rate.semilogx(fine, curve, "-", color=colour, linewidth=1)
        rows += [(name, k, f"{p:.4f}", f"{q:.4f}") for k, p, q in zip(KAPPAS, measured, theory, strict=True)]
    r.table(["method", "κ", "measured ρ", "theory"], rows)
    ax.plot([], [], "k-", linewidth=1, label="theory")
    ax.set(title="Steps for a factor e: κ or √κ", ylabel="$-1/\\log ρ$")
    ax.legend()
    ax_rate.set(title="Factor of the distance in one step", ylabel="factor ρ", ylim=(0, 1.02))
    for panel in (ax, ax_rate):
        panel.set_xlabel("condition number κ")
        panel.set_xticks(KAPPAS, KAPPAS)
        panel.minorticks_off()


def tuned_gradient_descent(m, L):
    """The best α, no momentum, and the factor ρ, like ``tuned_heavy_ball``."""
    alpha = optimal_learning_rate(m, L)
    return alpha, 0.0, float(descent_rate(alpha, m, L))
