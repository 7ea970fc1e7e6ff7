"""The paths of nine optimizers on four landscapes, as figures and as an animation (§4.3).

Every landscape is divided by its largest curvature at the start, so that one learning rate can serve all four. All the
rules act on each coordinate alone: the four starts are rows of one variable.
"""

import numpy as np
from keras import ops

from course import figures
from course.figures.optimizer_colours import style
from units import u03_optimization as u03

LANDSCAPES = (u03.ROSENBROCK, u03.HIMMELBLAU, u03.BEALE, u03.SADDLE)
STEPS, FRAMES = 160, 18
SIZE = (7.5, 3.9)  # two landscapes: their text can be read on a slide
OPTIMIZERS = {
    "SGD": lambda: u03.SGD(0.5),
    "Momentum": lambda: u03.Momentum(0.5, 0.9),
    "Nesterov": lambda: u03.Nesterov(0.5, 0.9),
    "Adagrad": lambda: u03.Adagrad(0.5, initial_accumulator_value=1e-3),
    "RMSprop": lambda: u03.RMSprop(0.05),
    "Adadelta": lambda: u03.Adadelta(1.0, epsilon=1e-3),
    "Adam": lambda: u03.Adam(0.2),
    "AdamW": lambda: u03.AdamW(0.2, weight_decay=0.02),
    "Nadam": lambda: u03.Nadam(0.2),
}


def together(scales):
    """The four landscapes, each at its own row of θ (..., 4, 2) and divided by its scale: a function to (..., 4)."""

    def f(theta):
        return ops.stack([g(theta[..., i, :]) / scales[i] for i, g in enumerate(LANDSCAPES)], axis=-1)

    return f


def run(r):
    starts = np.stack([f.start for f in LANDSCAPES]).astype("float32")
    scales = [
        float(np.abs(u03.eigenvalues(u03.hessian(f, x))).max())
        for f, x in zip(LANDSCAPES, starts, strict=True)
    ]
    paths = u03.optimizer_descent(
        together(scales), starts, [make() for make in OPTIMIZERS.values()], STEPS
    )  # (optimizers, steps + 1, 4, 2)
    ends = {}
    for k, f in enumerate(LANDSCAPES):
        away = np.linalg.norm(paths[:, :, k, None, :] - f.minima, axis=-1).min(-1)  # (optimizers, steps + 1)
        ends[f.name] = away[:, -1]
    rows = [(name, *(f"{ends[f.name][i]:.3f}" for f in LANDSCAPES)) for i, name in enumerate(OPTIMIZERS)]
    r.table(["optimizer", *(f.name for f in LANDSCAPES)], rows, f"distance to a minimum after {STEPS} steps")
    names = list(OPTIMIZERS)
    for name in ("SGD", "Momentum", "Adam"):
        r.metric(f"rosenbrock_{name.lower()}", ends["Rosenbrock"][names.index(name)])
    r.metric("at_a_minimum_of_himmelblau", float(np.sum(ends["Himmelblau"] < 0.1)))
    r.metric("left_the_saddle", float(np.sum(np.abs(paths[:, -1, 3, 1]) > 0.5)))

    first, left = r.figure("paths", 1, 2, size=SIZE)
    second, right = r.figure("paths_and_saddle", 1, 2, size=SIZE)
    for k, (ax, f) in enumerate(zip((*left, *right), LANDSCAPES, strict=True)):
        u03.draw_contours(ax, f, resolution=481)
        ax.set_title(f.name)
        ax.plot(*f.start, "o", color=figures.COLOURS["black"], markerfacecolor="white", markersize=8)
        for i, name in enumerate(OPTIMIZERS):
            ax.plot(*paths[i, :, k].T, label=name, linewidth=1.7, **style(name))
            ax.plot(*paths[i, -1:, k].T, "o", color=style(name)["color"], markersize=5)
    for fig in (first, second):
        fig.legend(*left[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    figure, boxes = r.figure("animation", 2, 2, size=(6.4, 5.8))
    moving = draw_landscapes(figure, boxes, paths)
    shown = np.unique(np.round(np.geomspace(1, STEPS + 1, FRAMES)).astype(int))
    r.animation("animation", figure, lambda frame: moving(int(shown[frame])), frames=len(shown), fps=4)


def draw_landscapes(fig, axes, paths):
    """Draw the landscapes once; return a function that shows the paths up to a step."""
    drawn = []
    for k, (ax, f) in enumerate(zip(axes.ravel(), LANDSCAPES, strict=True)):
        u03.draw_contours(ax, f, levels=9, resolution=241)
        ax.set(title=f.name, xlabel="", ylabel="")
        for i, name in enumerate(OPTIMIZERS):
            (line,) = ax.plot([], [], label=name, **style(name))
            (head,) = ax.plot([], [], "o", color=style(name)["color"])
            drawn.append((i, k, line, head))
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    title = fig.suptitle("step 0")

    def moving(count):
        for i, k, line, head in drawn:
            line.set_data(*paths[i, :count, k].T)
            head.set_data(*paths[i, count - 1 : count, k].T)
        title.set_text(f"step {count - 1}")

    return moving
