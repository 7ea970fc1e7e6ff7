"""Gradient descent with five learning rates, from too small to divergent (§4.2).

Rosenbrock's valley has the curvatures 0.4 and 1002 at its minimum. Across it a step above 2/1002 ≈ 0.002 overshoots by
more than it corrects; along it even that step is small.
"""

import numpy as np
from keras import ops

import course
from course import figures
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.gradient_descent import gradient_descent
from units.u03_optimization.test_functions import ROSENBROCK

RATES, STEPS = (0.0001, 0.0005, 0.0019, 0.004, 0.008), 500


def run(r):
    starts = np.tile(ROSENBROCK.start, (len(RATES), 1))
    gradient = course.grad(lambda x: ops.sum(ROSENBROCK(x)))
    path = gradient_descent(gradient, starts, np.array(RATES)[:, None], STEPS)  # (steps + 1, rates, 2)
    x, y = path.astype("float64").transpose(2, 0, 1)
    with np.errstate(over="ignore", invalid="ignore"):
        loss = (1 - x) ** 2 + 100 * (y - x**2) ** 2
    inside = np.isfinite(loss) & (loss < 1e6)
    left = np.where(
        inside.all(0), STEPS + 1, inside.argmin(0)
    )  # the step at which a descent leaves the domain

    rows = [
        (
            f"{a:g}",
            f"{loss[10, i]:.3g}",
            f"{loss[-1, i]:.3g}" if left[i] > STEPS else f"diverged at step {left[i]}",
        )
        for i, a in enumerate(RATES)
    ]
    r.table(["α", "loss after 10 steps", f"after {STEPS} steps"], rows)
    r.metric("loss_small_rate", loss[-1, 0])
    r.metric("loss_medium_rate", loss[-1, 2])
    last = loss[-250:, 3]
    r.metric("oscillating_worst_of_the_last_250", last.max())
    r.metric("diverged", float(np.sum(left <= STEPS)))

    _, (ax, ax_loss) = r.figure("paths", 1, 2, size=(10, 4.2))
    draw_contours(ax, ROSENBROCK, resolution=481)
    for i, (a, colour) in enumerate(zip(RATES, figures.CYCLE, strict=False)):
        draw_path(ax, path[: left[i], i], colour, label=f"α = {a:g}")
        ax_loss.semilogy(np.arange(left[i]), loss[: left[i], i], color=colour, label=f"α = {a:g}")
    ax.set(title=f"Rosenbrock's valley, {STEPS} steps")
    ax_loss.set(title="Loss for five learning rates", xlabel="step $t$", ylabel="loss $C(θ^{(t)})$")
    ax_loss.set(ylim=(1e-2, 1e4))
    ax_loss.legend(loc="upper right", ncols=2)
