"""Stochastic gradient descent with a decreasing learning rate: too slow, too fast, and right (§4.2).

C_i(θ) = ½‖θ − a_i‖², one sample in each step. The minimum is the mean of the samples, and everything can be computed:
a constant α ends in a ball, α_t = 1/(1 + t) is the mean of the samples drawn so far, and a rate whose sum is finite
stops on the way.
"""

import numpy as np
from keras import ops

from course import figures
from units.u03_optimization.convergence_rate import noise_ball
from units.u03_optimization.gradient_descent import stochastic_descent
from units.u03_optimization.schedules import CosineDecay, ExponentialDecay, InverseTimeDecay

SAMPLES, STEPS, REPLICATES, LARGE, SMALL = 500, 600, 400, 0.2, 0.003
SCHEDULES = {
    f"constant, α = {LARGE:g}": lambda t: LARGE + 0.0 * t,
    f"constant, α = {SMALL:g}": lambda t: SMALL + 0.0 * t,
    "inverse time, 1/(1 + t)": InverseTimeDecay(1.0, 1, 1.0),
    "exponential, falls too fast": ExponentialDecay(LARGE, 7, 0.5),
    "cosine": CosineDecay(LARGE, STEPS),
}


def run(r):
    a = r.rng.normal(size=(SAMPLES, 2)).astype("float32")
    a -= a.mean(0)  # the minimum is the origin
    spread = float(np.sum(a.astype("float64").var(0)))
    t = np.arange(STEPS)
    alphas = np.stack([ops.convert_to_numpy(schedule(t)) for schedule in SCHEDULES.values()], axis=1)
    alphas = ops.convert_to_tensor(alphas[:, :, None, None].astype("float32"))  # (steps, schedules, 1, 1)
    start = np.full((len(SCHEDULES), REPLICATES, 2), 6.0)
    drawn = a[r.rng.integers(SAMPLES, size=(STEPS, REPLICATES))]
    path = stochastic_descent(
        lambda theta, batch: theta - batch, start, lambda t: alphas[t], map(ops.convert_to_tensor, drawn)
    )
    square = np.mean(
        np.sum(path.astype("float64") ** 2, -1), -1
    )  # (steps + 1, schedules), mean over replicates

    end = square[-1]
    late = square[-200:].mean(0)
    r.metric("constant_over_noise_ball", late[0] / noise_ball(LARGE, [1, 1], a.var(0)))
    r.metric("inverse_time_over_theory", end[2] / (spread / STEPS))
    r.metric("exponential_way_left", np.sqrt(end[3] / square[0, 3]))
    r.metric("cosine_over_constant", end[4] / late[0])
    rows = [(name, f"{square[20, i]:.3g}", f"{end[i]:.2e}") for i, name in enumerate(SCHEDULES)]
    r.table(["learning rate", "mean square distance after 20 steps", f"after {STEPS}"], rows)

    _, (ax_rate, ax) = r.figure("decay", 1, 2, size=(10.4, 3.7))
    values = ops.convert_to_numpy(alphas)[:, :, 0, 0]
    for i, (name, colour) in enumerate(zip(SCHEDULES, figures.CYCLE, strict=False)):
        ax_rate.loglog(t + 1, np.maximum(values[:, i], 1e-6), color=colour)
        ax.loglog(np.arange(STEPS + 1) + 1, square[:, i], color=colour, label=name)
    ax.loglog(t[2:] + 1, spread / t[2:], "k:", label="theory: variance / $t$")
    ax_rate.set(title="Learning rates", xlabel="step $t$ + 1", ylabel="$α_t$", ylim=(1e-4, 1.5))
    ax.set(title=f"Distance, mean of {REPLICATES} descents", xlabel="step $t$ + 1")
    ax.set(ylabel=r"$E\,\|θ^{(t)} - θ^*\|^2$", ylim=(1e-3, 300))
    ax.figure.legend(*ax.get_legend_handles_labels(), loc="outside right center")
