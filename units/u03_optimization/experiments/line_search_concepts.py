"""Line search: the exact minimum, Armijo's backtracking, the strong Wolfe interval (§4.5)."""

import numpy as np
from keras import ops

from course.figures import COLOURS, pale
from units.u03_optimization.descent import Descent
from units.u03_optimization.line_search import armijo, flat_enough, strong_wolfe, sufficient_decrease
from units.u03_optimization.test_functions import HIMMELBLAU

START, DIRECTION = [4.9, 4.6], [-1.0, -0.98]
C1, C2, REACH = 0.2, 0.3, 10.2


def run(r):
    descent = Descent(HIMMELBLAU, START)
    d = ops.convert_to_tensor(DIRECTION, "float32")
    phi0, slope0 = descent.value, descent.slope(d)
    alpha = np.linspace(0, REACH, 1021)
    line = np.array(START) + alpha[:, None] * np.array(DIRECTION)
    value = ops.convert_to_numpy(HIMMELBLAU(line.astype("float32"))).astype("float64")
    slope = np.gradient(value, alpha)

    trials = {"Armijo, halving": [], "strong Wolfe": []}
    phi = descent.along(d)

    def traced(name):
        def trial(step):
            trials[name].append((step, phi(step)[0]))
            return phi(step)

        return trial

    backtracked = armijo(traced("Armijo, halving"), phi0, slope0, step=10.0, c1=C1)
    wolfe = strong_wolfe(traced("strong Wolfe"), phi0, slope0, step=0.05, c1=C1, c2=C2)
    low = np.array([sufficient_decrease(v, phi0, slope0, a, C1) for a, v in zip(alpha, value, strict=True)])
    flat = np.array([flat_enough(s, slope0, C2) for s in slope])

    r.metric("armijo_step", backtracked)
    r.metric("armijo_trials", len(trials["Armijo, halving"]))
    r.metric("wolfe_step", wolfe)
    r.metric("wolfe_trials", len(trials["strong Wolfe"]))
    r.metric("slope_left_by_wolfe", abs(phi(wolfe)[1] / slope0))
    r.metric("share_low_enough", low.mean())
    r.metric("share_low_and_flat", (low & flat).mean())
    r.table(
        ["search", "trials", "step", "φ(α)", "|φ'(α)| / |φ'(0)|"],
        [
            [name, len(t), f"{t[-1][0]:.3f}", f"{t[-1][1]:.2f}", f"{abs(phi(t[-1][0])[1] / slope0):.3f}"]
            for name, t in trials.items()
        ],
    )

    _, axes = r.figure("search", 1, 2, size=(11, 4.1), sharey=True)
    regions = (low, low & flat)
    titles = (f"Armijo, $c_1$ = {C1}", f"strong Wolfe, $c_2$ = {C2}")
    for ax, region, title, (name, points) in zip(axes, regions, titles, trials.items(), strict=True):
        ax.fill_between(
            alpha, 0, 1, where=region, color=pale(COLOURS["green"]), linewidth=0, label="accepted"
        )
        ax.collections[0].set_transform(ax.get_xaxis_transform())
        ax.plot(alpha, value, color=COLOURS["black"], label="$φ(α) = C(θ + αd)$")
        ax.plot(
            alpha, phi0 + C1 * alpha * slope0, "--", color=COLOURS["orange"], label="$φ(0) + c_1 α φ'(0)$"
        )
        ax.plot(*np.array(points).T, "o", color=COLOURS["blue"], label=f"trials, {name}")
        for i, (a, v) in enumerate(points, 1):
            ax.annotate(str(i), (a, v), (4, 5), textcoords="offset points", color=COLOURS["blue"])
        ax.set(xlabel="step α", title=title, xlim=(0, REACH), ylim=(-40, 1.15 * phi0))
        ax.legend(loc="upper right")
    axes[0].set_ylabel("loss on the line")
