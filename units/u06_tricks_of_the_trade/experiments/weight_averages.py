"""Averaged weights: less noise than the latest ones, by a factor with a closed form (§4.5)."""

import numpy as np

from course.figures import COLOURS
from units.u03_optimization import noise_ball
from units.u06_tricks_of_the_trade import variance_left

CURVATURE, ALPHA, NOISE = 1.0, 0.1, 1.0
GAMMAS = (0.5, 0.9, 0.95, 0.98)
REPLICATES = 4000


def run(r):
    factor = 1 - ALPHA * CURVATURE
    steps = r.pick(quick=500, full=2000)
    theta = np.zeros((steps + 1, REPLICATES))
    theta[0] = 3.0
    for t in range(steps):
        gradient = CURVATURE * theta[t] + NOISE * r.rng.normal(size=REPLICATES)
        theta[t + 1] = theta[t] - ALPHA * gradient
    plain = np.var(theta[-1])
    r.metric("variance_over_noise_ball", plain / noise_ball(ALPHA, [CURVATURE], [NOISE**2]))

    _, (ax, ax_left) = r.figure("averages", 1, 2, size=(10, 4))
    shown = np.arange(121)
    ax.plot(shown, theta[shown, 0], color=COLOURS["grey"], label=r"latest weight $θ_t$")
    rows, measured = [], []
    for gamma, colour in zip(GAMMAS, ("green", "blue", "purple", "red"), strict=True):
        average, mean = np.zeros(REPLICATES), np.zeros((steps + 1, REPLICATES))
        for t in range(1, steps + 1):
            average = gamma * average + (1 - gamma) * theta[t]
            mean[t] = average / (1 - gamma**t)
        left, expected = np.var(mean[-1]) / plain, variance_left(gamma, factor)
        measured.append(left)
        r.metric(f"left_over_closed_form_{gamma:g}".replace(".", "_"), left / expected)
        rows.append((gamma, f"{left:.3f}", f"{expected:.3f}", f"{np.mean(mean[40]):.3f}"))
        if gamma in (0.9, 0.98):
            ax.plot(shown[1:], mean[shown[1:], 0], color=COLOURS[colour], label=f"average, $γ = {gamma}$")
    r.table(["γ", "variance left", "closed form", "mean at step 40 (start 3, minimum 0)"], rows)
    ax.axhline(0, color=COLOURS["black"], linestyle=":", label="minimum")
    ax.set(title="One descent on a quadratic with noise", xlabel="step $t$", ylabel="weight")
    ax.legend()
    fine = 1 - np.geomspace(0.5, 0.005, 60)
    ax_left.loglog(
        1 / (1 - fine), variance_left(fine, factor), color=COLOURS["black"], linewidth=1, label="closed form"
    )
    ax_left.loglog(1 / (1 - np.array(GAMMAS)), measured, "o", color=COLOURS["orange"], label="measured")
    ax_left.set(
        title="Variance of the average / of the weight",
        xlabel="number of steps that count, $1 / (1 - γ)$",
        ylabel="variance left",
    )
    ax_left.legend()
