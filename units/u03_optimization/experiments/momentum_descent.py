"""Momentum: across the valley the steps cancel, along it they add up (§4.3)."""

import numpy as np
from keras import ops

import course
from course.figures.optimizer_colours import style
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.convergence_rate import (
    optimal_learning_rate,
    tuned_heavy_ball,
    tuned_nesterov,
)
from units.u03_optimization.momentum_descent import momentum_descent
from units.u03_optimization.test_functions import ROSENBROCK, quadratic_bowl

KAPPA, CLOSE = 40, 1e-3
BETAS, RATE, STEPS = (0.0, 0.5, 0.9, 0.99), 0.0005, 500


def run(r):
    bowl = quadratic_bowl(KAPPA)
    slope = course.grad(bowl)
    descents = {
        "gradient descent": (optimal_learning_rate(1, KAPPA), 0.0, False),
        "heavy ball": (*tuned_heavy_ball(1, KAPPA)[:2], False),
        "Nesterov": (*tuned_nesterov(1, KAPPA)[:2], True),
    }
    _, (ax, ax_loss) = r.figure("momentum", 1, 2, size=(10, 4.2))
    draw_contours(ax, bowl)
    rows = []
    for name, (alpha, beta, ahead) in descents.items():
        path = momentum_descent(slope, [2.0, 0.35], alpha, beta, 170, nesterov=ahead)
        distance = np.linalg.norm(path, axis=1) / np.linalg.norm(path[0])
        needed = int(np.flatnonzero(distance > CLOSE)[-1]) + 1
        r.metric(f"steps_{name.replace(' ', '_').lower()}", needed)
        rows.append((name, f"{alpha:.4f}", f"{beta:.3f}", needed))
        draw_path(ax, path[:60], style(name)["color"], label=f"{name}: {needed} steps")
    r.table(["method", "α", "β", f"steps to {CLOSE:g} of the distance"], rows, f"bowl, κ = {KAPPA}")
    ax.set(title=f"Bowl, κ = {KAPPA}: steps to {CLOSE:g} of the distance", xlim=(-0.5, 2.3), ylim=(-1.4, 1.1))
    ax.legend(loc="lower left", frameon=True, framealpha=0.9, edgecolor="none")

    # one descent for each β, all at once: (betas, 2)
    starts = np.tile(ROSENBROCK.start, (len(BETAS), 1))
    slopes = course.grad(lambda x: ops.sum(ROSENBROCK(x)))
    path = momentum_descent(slopes, starts, RATE, np.array(BETAS)[:, None], STEPS)
    loss = ops.convert_to_numpy(ROSENBROCK(path))
    for i, beta in enumerate(BETAS):
        ax_loss.semilogy(loss[:, i], linewidth=1.8 if beta < 0.95 else 0.9, label=f"β = {beta:g}")
        r.metric(f"rosenbrock_beta_{str(beta).replace('.', '_')}", loss[-1, i])
    ax_loss.set(title=f"Rosenbrock, α = {RATE:g}", xlabel="step $t$", ylabel="loss $C(θ^{(t)})$")
    ax_loss.legend(loc="lower left")
    r.log("With β = 0.99 the path overshoots in the curved valley and oscillates for hundreds of steps.")
