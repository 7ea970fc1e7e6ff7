"""Logistic regression with two losses and two scalings: convexity and condition number (§4.1)."""

from dataclasses import replace

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u02_logistic_softmax import binary_cross_entropy, squared_loss
from units.u03_optimization import condition_number, draw_contours, hessian, logistic_loss, share_below_graph

DOMAIN, REACH = ((-10, 10), (-10, 10)), (0.3, 8)
COLOUR = {"cross-entropy": COLOURS["blue"], "squared loss": COLOURS["orange"]}


def run(r):
    d = r.data()
    raw = d.features()[:, d.feature_names.index("worst texture")]
    y = (1 - d.labels()).astype("float32")  # 1: malignant
    standard = (raw - raw.mean()) / raw.std()
    losses = {"cross-entropy": binary_cross_entropy, "squared loss": squared_loss}
    surfaces = {name: on_plane(loss, standard, y) for name, loss in losses.items()}
    share = {name: share_below_graph(f, DOMAIN, r.rng, 400) for name, f in surfaces.items()}
    r.metric("chords_below_cross_entropy", share["cross-entropy"])
    r.metric("chords_below_squared_loss", share["squared loss"])

    kappa, valleys = {}, {"raw": logistic_loss(raw, y), "standardized": logistic_loss(standard, y)}
    for name, f in valleys.items():
        kappa[name] = condition_number(hessian(f, f.minima[0].astype("float32")))
        r.metric(f"condition_number_{name}", kappa[name])
    rows = [
        [name, f"({f.minima[0, 0]:.3f}, {f.minima[0, 1]:.3f})", f"{kappa[name]:.3g}"]
        for name, f in valleys.items()
    ]
    r.table(["feature", "minimum (w, b)", "condition number κ"], rows)

    fig, axes = r.figure("losses", 1, 3, size=(11.4, 4), subplot_kw={"projection": "3d"})
    axes[2].remove()
    third = fig.add_subplot(1, 3, 3)
    steps = np.linspace(-10, 10, 41)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).astype("float32")
    ray = np.array([1.0, 0.3], "float32")
    far = np.linspace(-12, 12, 200).astype("float32")
    for ax, (name, f) in zip(axes, surfaces.items(), strict=False):
        values = ops.convert_to_numpy(f(ops.convert_to_tensor(grid)))
        ax.plot_surface(grid[..., 0], grid[..., 1], values, cmap="viridis", linewidth=0, rcount=61, ccount=61)
        ax.set(xlabel="w", ylabel="b", title=f"{name}:\n{share[name]:.0%} of chords below")
        ax.set(xticks=[-10, 0, 10], yticks=[-10, 0, 10])
        ax.view_init(elev=28, azim=-60)
        along = ops.convert_to_numpy(f(ops.convert_to_tensor(far[:, None] * ray)))
        third.plot(far, along, color=COLOUR[name], label=name)
    third.set(
        xlabel="t in (w, b) = t (1, 0.3)",
        ylabel="C(w, b)",
        title="Along a line",
        ylim=(0, 4),
    )
    third.legend()

    stretched = f" (w stretched {REACH[1] / REACH[0]:.0f} times)"
    _, axes = r.figure("scaling", 1, 2, size=(10, 4.2))
    (w, b), raw_valley = valleys["raw"].minima[0], valleys["raw"]
    valleys["raw"] = replace(raw_valley, domain=((w - REACH[0], w + REACH[0]), (b - REACH[1], b + REACH[1])))
    for ax, (name, f), scale in zip(axes, valleys.items(), (stretched, ""), strict=True):
        draw_contours(ax, f, resolution=61)
        ax.set(xlabel="w", ylabel="b", title=f"{name} feature: κ = {float(f'{kappa[name]:.3g}'):,g}{scale}")


def on_plane(loss, x, y):
    """The mean loss of the sigmoid model with one feature, from points (w, b) of shape (..., 2) to (...)."""
    x, y = ops.convert_to_tensor(x), ops.convert_to_tensor(y)

    def f(theta):
        z = theta[..., :1] * x + theta[..., 1:]
        return ops.mean(loss(ops.broadcast_to(y, z.shape), z), axis=-1)

    return f
