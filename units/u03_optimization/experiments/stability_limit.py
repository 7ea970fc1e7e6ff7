"""Gradient descent is stable below α = 2/L, and only there (§4.2)."""

import numpy as np
from keras import ops

from course import figures
from units.u03_optimization.convergence_rate import descent_rate, optimal_learning_rate, stability_limit
from units.u03_optimization.gradient_descent import gradient_descent

FEATURES, STEPS, FRACTIONS = 6, 200, (0.1, 0.5, 0.95, 1.04)


def run(r):
    # A quadratic that is not diagonal: H = Q diag(λ) Qᵀ, with λ from 0.5 to 8
    m, L = 0.5, 8.0
    q, _ = np.linalg.qr(r.rng.normal(size=(FEATURES, FEATURES)))
    lam = np.concatenate([[m, L], r.rng.uniform(m, L, FEATURES - 2)])
    H = ops.convert_to_tensor(((q * lam) @ q.T).astype("float32"))
    limit, best = stability_limit(L), optimal_learning_rate(m, L)
    # many learning rates around the limit, one descent for each; all start from a mix of all directions
    alphas = limit * np.concatenate([np.linspace(0.1, 0.9, 9), np.linspace(0.92, 1.08, 41)])
    start = np.tile(q @ np.sign(r.rng.normal(size=FEATURES)), (len(alphas), 1))
    path = gradient_descent(lambda x: ops.matmul(x, H), start, alphas[:, None], STEPS)
    length = np.linalg.norm(path.astype("float64"), axis=-1)
    factor = (length[-1] / length[STEPS // 2]) ** (2 / STEPS)
    theory = descent_rate(alphas, m, L)
    # where the measured factor crosses 1
    after = int(np.flatnonzero(factor > 1)[0])
    crossing = np.interp(1, factor[after - 1 : after + 1], alphas[after - 1 : after + 1])
    r.metric("measured_limit_over_theory", crossing / limit)
    slow = theory > 0.55  # faster descents have reached the rounding of float32 by then
    r.metric("worst_error_of_factor", np.abs(factor - theory)[slow].max())
    r.metric("best_of_grid_over_optimal", alphas[theory.argmin()] / best)

    _, (ax, ax_steps) = r.figure("limit", 1, 2, size=(10, 4))
    ax.plot(alphas * L, factor, "o", color=figures.COLOURS["blue"], markersize=4, label="measured")
    fine = np.linspace(0.02, 1.1, 200) * limit
    ax.plot(fine * L, descent_rate(fine, m, L), color=figures.COLOURS["black"], linewidth=1, label="theory")
    ax.axhline(1, color=figures.COLOURS["grey"], linewidth=1)
    ax.axvline(2, color=figures.COLOURS["red"], linestyle="--", linewidth=1.2, label="$α = 2/L$")
    ax.axvline(best * L, color=figures.COLOURS["green"], linestyle=":", label="$α^* = 2/(L+m)$")
    ax.set(title="Factor of one step", xlabel="$α L$", ylabel="factor of the distance ρ(α)", ylim=(0.85, 1.2))
    ax.legend(loc="upper left")
    # one direction, of curvature L: C = L θ²/2, where a step is θ ← (1 − αL) θ
    fractions = np.array(FRACTIONS)
    lines = gradient_descent(lambda x: L * x, np.ones(len(fractions)), fractions * limit, 30)
    for k, colour in zip(range(len(fractions)), figures.CYCLE, strict=False):
        ax_steps.plot(lines[:, k], "o-", color=colour, markersize=3, label=f"α = {fractions[k]:g} · 2/L")
    ax_steps.set(
        title="Along the direction of curvature $L$", xlabel="step $t$", ylabel="$θ^{(t)}$", ylim=(-4.2, 7.5)
    )
    ax_steps.legend(loc="upper left")
