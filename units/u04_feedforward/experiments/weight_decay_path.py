"""Weight decay: the minima for all penalties, the path of descent, and Adam with both decays (§5.6)."""

import keras
import numpy as np
from keras import ops

from course import figures
from course.figures.optimizer_colours import style

EIGENVALUES, MINIMUM, ALPHA, STEPS = (4.0, 0.4), (1.0, 1.0), 0.1, 60
STRENGTH = 0.5


def descend(optimizer, strength, decoupled, steps):
    """The path of an optimizer on C(θ) = ½ (θ − θ*)ᵀ H (θ − θ*) with one of the two decays, from (2, 2)."""
    theta = keras.Variable([2.0, 2.0])
    optimizer.build([theta])
    H, best = (ops.convert_to_tensor(v, "float32") for v in (EIGENVALUES, MINIMUM))

    path = [ops.convert_to_numpy(theta).copy()]
    for _ in range(steps):
        slope = H * (theta - best)  # ∇C
        slope = slope if decoupled else slope + strength * theta
        if decoupled:
            theta.assign(theta * (1 - optimizer.learning_rate * strength))
        optimizer.apply([slope], [theta])
        path.append(ops.convert_to_numpy(theta).copy())
    return np.array(path)


def run(r):
    H, best = np.array(EIGENVALUES), np.array(MINIMUM)
    strengths = np.logspace(-3, 3, 200)
    minima = H * best / (H + strengths[:, None])  # (H + λI)⁻¹ H θ*

    sgd = {
        kind: descend(keras.optimizers.SGD(ALPHA), STRENGTH, kind == "decoupled", STEPS)
        for kind in ("l2", "decoupled")
    }
    adam = {
        kind: descend(keras.optimizers.Adam(ALPHA), STRENGTH, kind == "decoupled", 3 * STEPS)
        for kind in ("l2", "decoupled")
    }
    target = H * best / (H + STRENGTH)
    r.metric("sgd_gap_between_the_two", np.abs(sgd["l2"] - sgd["decoupled"]).max())
    r.metric("sgd_l2_to_the_penalized_minimum", np.abs(sgd["l2"][-1] - target).max())
    r.metric("adam_l2_to_the_penalized_minimum", np.abs(adam["l2"][-1] - target).max())
    r.metric("adam_decoupled_to_the_penalized_minimum", np.abs(adam["decoupled"][-1] - target).max())

    # early stopping from 0: θ_t = (1 − (1 − αh)ᵗ) θ* for an eigenvalue h; about the penalty λ = 1/(αt)
    t = np.arange(1, 400)
    stopped = (1 - (1 - ALPHA * H) ** t[:, None]) * best
    between = np.linalg.norm(stopped[:, None] - minima, axis=2)
    r.metric("early_stopping_off_the_path_of_minima", between.min(axis=1).max())
    r.log(f"λ of the nearest minimum after 10 steps: {strengths[between[9].argmin()]:.2f}; 1/(αt) = 1")

    _, (ax, ax_adam) = r.figure("paths", 1, 2, size=(10.6, 3.6))
    for axes in (ax, ax_adam):
        u, v = np.meshgrid(np.linspace(-0.1, 2.1, 100), np.linspace(-0.1, 2.1, 100))
        axes.contour(
            u,
            v,
            H[0] * (u - best[0]) ** 2 + H[1] * (v - best[1]) ** 2,
            12,
            colors="lightgray",
            linewidths=0.7,
        )
        axes.plot(*best, "*", color=figures.COLOURS["black"], markersize=11, label="minimum of $C$")
        axes.grid(False)
        axes.set(xlabel=r"$θ_1$ (curvature 4)", ylabel=r"$θ_2$ (curvature 0.4)")
    ax.plot(*minima.T, color=figures.COLOURS["blue"], label=r"minima, all $λ$")
    ax.plot(
        *np.vstack([[0, 0], stopped]).T,
        ".--",
        color=style("gradient descent")["color"],
        markersize=4,
        label="gradient descent from 0",
    )
    for kind, path in adam.items():
        name, label = ("Adam", "Adam, penalty") if kind == "l2" else ("AdamW", "AdamW, decoupled")
        colour = style(name)["color"]
        ax_adam.plot(*path.T, color=colour, label=label)
        ax_adam.plot(*path[-1], "o", color=colour)
    ax_adam.plot(*sgd["l2"].T, ":", color=style("gradient descent")["color"], label="gradient descent")
    ax_adam.plot(*minima.T, color=figures.COLOURS["blue"], alpha=0.4, label="minima, all $λ$")
    ax.set(title="Penalty and early stopping", xlim=(-0.1, 1.5), ylim=(-0.1, 1.5))
    ax_adam.set(title=f"Adam and AdamW, λ = {STRENGTH}")
    for axes in (ax, ax_adam):
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
