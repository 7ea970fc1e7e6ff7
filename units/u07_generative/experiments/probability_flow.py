"""The probability flow of a ring of Gaussians, known exactly: paths, and the order of two methods (§8.2)."""

import numpy as np

from course import figures
from units.u07_generative.gaussian_ring import high_quality_share, modes_caught, ring_centers
from units.u07_generative.probability_flow import METHODS, follow, mixture_score, velocity_from_score

START, DEVIATION = 0.999, 0.1  # at t = 1 the velocity is a quotient of two zeros


def run(r):
    centers = ring_centers()
    x = r.rng.normal(size=(r.pick(quick=300, full=2000), 2))

    def velocity(x, t):
        return velocity_from_score(x, t, mixture_score(x, t, centers, DEVIATION))

    exact = follow(velocity, x, r.pick(quick=1500, full=4000), "heun", START)
    ends = exact[-1]
    r.metric("high_quality_share", high_quality_share(ends, deviation=DEVIATION))
    r.metric("modes", modes_caught(ends, deviation=DEVIATION))
    numbers = (8, 16, 32, 64, 128, 256)  # evaluations of the velocity
    errors, rows = {}, []
    for method in METHODS:
        each = METHODS.index(method) + 1
        errors[method] = [
            float(np.median(np.linalg.norm(follow(velocity, x, n // each, method, START)[-1] - ends, axis=1)))
            for n in numbers
        ]
        rows.append([method, *(f"{e:.1e}" for e in errors[method])])
        r.metric(f"order_{method}", -np.polyfit(np.log(numbers[-3:]), np.log(errors[method][-3:]), 1)[0])
    r.table(["evaluations", *map(str, numbers)], rows, title="median distance from the exact end of a path")
    r.metric("heun_over_euler", errors["heun"][-1] / errors["euler"][-1])

    _, (ax, error) = r.figure("flow", 1, 2, size=(9, 4.2))
    ax.plot(*exact[:, :60].transpose(2, 0, 1), color=figures.COLOURS["grey"], linewidth=0.6)
    ax.plot(*exact[0, :60].T, ".", color=figures.COLOURS["orange"], label="noise, t = 1")
    ax.plot(*ends[:60].T, ".", color=figures.COLOURS["blue"], label="data, t = 0")
    ax.set(title="Paths of the flow", xlabel="x₁", ylabel="x₂", aspect="equal", ylim=(-2.5, 3.4))
    ax.legend(loc="upper right")
    for i, method in enumerate(METHODS):
        line = figures.MARKERS[i] + "-"
        error.loglog(numbers, errors[method], line, color=figures.CYCLE[i], label=method.capitalize())
    error.set(
        title="Error of both methods",
        xlabel="evaluations of the velocity",
        ylabel="median distance from the exact end",
    )
    error.legend()
