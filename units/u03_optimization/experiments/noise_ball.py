"""With a constant step, stochastic gradient descent keeps a mean square distance proportional to α (§4.2).

C_i(θ) = ½ (θ − a_i)ᵀ H (θ − a_i) with H = diag(1, 4). The gradient of a batch is H(θ − θ*) plus noise that does not
depend on θ and whose variance is known, so that the mean square distance has a closed form.
"""

import numpy as np
from keras import ops

from course import figures
from units.u03_optimization.convergence_rate import noise_ball
from units.u03_optimization.gradient_descent import stochastic_descent

CURVATURES = np.array([1.0, 4.0])
SAMPLES, STEPS, BURN_IN, REPLICATES = 400, 500, 200, 250
ALPHAS = np.geomspace(0.02, 0.4, 8)


def run(r):
    a = r.rng.normal(size=(SAMPLES, 2)) * [1.0, 0.5]
    a -= a.mean(0)  # θ* = 0
    # ξ = −H(mean of the batch's a): variance λ² var(a)/B
    variances = CURVATURES**2 * a.var(0)
    h, a = ops.convert_to_tensor(CURVATURES.astype("float32")), a.astype("float32")
    alphas = ALPHAS[:, None, None]
    _, (cloud, ax) = r.figure("ball", 1, 2, size=(10.2, 3.5))
    rows = []
    for B, colour in ((1, "blue"), (10, "orange")):
        means = (a[r.rng.integers(SAMPLES, size=(REPLICATES, B))].mean(1) for _ in range(STEPS))
        path = stochastic_descent(
            lambda theta, mean: h * (theta - ops.convert_to_tensor(mean)),
            np.zeros((len(ALPHAS), REPLICATES, 2)),
            alphas,
            means,
        )
        late = path[BURN_IN:].astype("float64")  # (steps, alphas, replicates, 2)
        measured = np.mean(np.sum(late**2, -1), axis=(0, 2))
        theory = noise_ball(ALPHAS, CURVATURES, variances / B)
        r.metric(f"worst_error_batch_{B}", np.abs(measured / theory - 1).max())
        r.metric(f"slope_batch_{B}", np.polyfit(np.log(ALPHAS[:5]), np.log(measured[:5]), 1)[0])
        rows += [
            (B, f"{s:.3f}", f"{p:.4f}", f"{q:.4f}") for s, p, q in zip(ALPHAS, measured, theory, strict=True)
        ]
        ax.loglog(ALPHAS, measured, "o", color=figures.COLOURS[colour], label=f"batches of {B}, measured")
        fine = np.geomspace(0.015, 0.45, 100)
        ax.loglog(
            fine, noise_ball(fine, CURVATURES, variances / B), color=figures.COLOURS[colour], linewidth=1
        )
        if B == 1:
            for i, shade in ((7, "red"), (4, "blue"), (0, "green")):
                cloud.plot(
                    *path[-1, i].T,
                    ".",
                    color=figures.COLOURS[shade],
                    label=f"α = {ALPHAS[i]:.2g}",
                    markersize=4,
                )
    r.table(["B", "α", "mean square distance", "closed form"], rows)
    cloud.plot(0, 0, "x", color=figures.COLOURS["black"], markersize=9, markeredgewidth=2)
    cloud.set(title=f"After {STEPS} steps, {REPLICATES} descents", xlabel="$θ_1$", ylabel="$θ_2$")
    cloud.set_aspect("equal", adjustable="datalim")
    cloud.legend(loc="upper right")
    ax.plot([], [], "k-", linewidth=1, label="closed form")
    ax.set(title="Mean square distance", xlabel="learning rate α", ylabel=r"$E\,\|θ - θ^*\|^2$")
    ax.set_xticks([0.02, 0.05, 0.1, 0.2, 0.4], ["0.02", "0.05", "0.1", "0.2", "0.4"])
    ax.minorticks_off()
    ax.legend(loc="upper left")
