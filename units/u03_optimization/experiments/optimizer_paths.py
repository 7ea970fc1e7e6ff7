"""Nine optimizers race on four landscapes; the animation shows who turns where (§4.3).

Every landscape is divided by its largest curvature at the start, so that one learning rate can serve all four. All the
rules act on each coordinate alone: the four starts are rows of one variable.
"""

import numpy as np
from keras import ops

from course import figures
from units import u03_optimization as u03

LANDSCAPES = (u03.ROSENBROCK, u03.HIMMELBLAU, u03.BEALE, u03.SADDLE)
STEPS, FRAMES = 160, 18
OPTIMIZERS = {
    "SGD": (lambda: u03.SGD(0.5), "grey", "-"),
    "Momentum": (lambda: u03.Momentum(0.5, 0.9), "blue", "-"),
    "Nesterov": (lambda: u03.Nesterov(0.5, 0.9), "sky", "--"),
    "Adagrad": (lambda: u03.Adagrad(0.5, initial_accumulator_value=1e-3), "green", "-"),
    "RMSprop": (lambda: u03.RMSprop(0.05), "orange", "-"),
    "Adadelta": (lambda: u03.Adadelta(1.0, epsilon=1e-3), "purple", "-"),
    "Adam": (lambda: u03.Adam(0.2), "red", "-"),
    "AdamW": (lambda: u03.AdamW(0.2, weight_decay=0.02), "black", ":"),
    "Nadam": (lambda: u03.Nadam(0.2), "yellow", "--"),
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
    makers = [make for make, _, _ in OPTIMIZERS.values()]
    paths = u03.optimizer_descent(
        together(scales), starts, [make() for make in makers], STEPS
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

    fig, axes = r.figure("paths", 2, 2, size=(9.6, 8))
    lines = []
    for k, (ax, f) in enumerate(zip(axes.ravel(), LANDSCAPES, strict=True)):
        u03.draw_contours(ax, f, resolution=481)
        ax.set_title(f.name)
        ax.plot(*f.start, "o", color=figures.COLOURS["black"], markerfacecolor="white", markersize=8)
        for i, (name, (_, colour, dash)) in enumerate(OPTIMIZERS.items()):
            style = {"color": figures.COLOURS[colour], "linestyle": dash, "linewidth": 1.7}
            (line,) = ax.plot(*paths[i, :, k].T, label=name, **style)
            (head,) = ax.plot(*paths[i, -1:, k].T, "o", color=figures.COLOURS[colour], markersize=5)
            lines.append((i, k, line, head))
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    race, boxes = r.figure("race", 2, 2, size=(6.4, 5.8))
    moving = draw_race(race, boxes, paths)
    shown = np.unique(np.round(np.geomspace(1, STEPS + 1, FRAMES)).astype(int))
    r.animation("race", race, lambda frame: moving(int(shown[frame])), frames=len(shown), fps=4)


def draw_race(fig, axes, paths):
    """Draw the landscapes once; return a function that shows the paths up to a step."""
    drawn = []
    for k, (ax, f) in enumerate(zip(axes.ravel(), LANDSCAPES, strict=True)):
        u03.draw_contours(ax, f, levels=9, resolution=241)
        ax.set(title=f.name, xlabel="", ylabel="")
        for i, (name, (_, colour, dash)) in enumerate(OPTIMIZERS.items()):
            (line,) = ax.plot([], [], color=figures.COLOURS[colour], linestyle=dash, label=name)
            (head,) = ax.plot([], [], "o", color=figures.COLOURS[colour])
            drawn.append((i, k, line, head))
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    title = fig.suptitle("step 0")

    def moving(count):
        for i, k, line, head in drawn:
            line.set_data(*paths[i, :count, k].T)
            head.set_data(*paths[i, count - 1 : count, k].T)
        title.set_text(f"step {count - 1}")

    return moving
