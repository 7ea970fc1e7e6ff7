"""Newton's method converges to a saddle; Levenberg's shifts the eigenvalues and finds a minimum (§4.6)."""

import numpy as np

from course.figures.optimizer_colours import style
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.newton import levenberg, newton
from units.u03_optimization.test_functions import SADDLE


def run(r):
    count = r.pick(quick=8, full=40)
    angle = 2 * np.pi * (np.arange(count) + 0.5) / count
    starts = np.stack([1.5 * np.cos(angle), 0.42 * np.sin(angle)], axis=1) + 0.01 * r.rng.normal(
        size=(count, 2)
    )
    methods = {
        "Newton": lambda x: newton(SADDLE, x, damped=False),
        "Newton, damped": lambda x: newton(SADDLE, x),
        "Levenberg": lambda x: levenberg(SADDLE, x, damping=0.1),
    }
    found = {name: [method(x) for x in starts] for name, method in methods.items()}
    share = {name: where(descents) for name, descents in found.items()}
    r.table(
        ["method", "in a minimum", "in the saddle", "stuck", "steps"],
        [
            [name, *(f"{part:.0%}" for part in share[name]), f"{np.mean([d.steps for d in descents]):.1f}"]
            for name, descents in found.items()
        ],
    )
    r.metric("newton_in_the_saddle", share["Newton"][1])
    r.metric("damped_newton_in_a_minimum", share["Newton, damped"][0])
    r.metric("levenberg_in_a_minimum", share["Levenberg"][0])
    r.metric("levenberg_most_steps", max(d.steps for d in found["Levenberg"]))

    _, axes = r.figure("saddle", 1, 3, size=(11.6, 3.9), sharey=True)
    for ax, (name, descents) in zip(axes, found.items(), strict=True):
        draw_contours(ax, SADDLE)
        for descent in descents:
            draw_path(ax, descent.path, style(name)["color"])
        ax.set_title(f"{name}: {share[name][0]:.0%} in a minimum")
        if ax is not axes[0]:
            ax.set_ylabel("")


def where(descents):
    """The shares that ended in a minimum, in the saddle, elsewhere."""
    ends = np.array([d.path[-1] for d in descents])
    minimum = np.min(np.linalg.norm(ends[:, None] - SADDLE.minima, axis=2), axis=1) < 0.01
    saddle = np.linalg.norm(ends, axis=1) < 0.01
    return minimum.mean(), saddle.mean(), 1 - minimum.mean() - saddle.mean()
