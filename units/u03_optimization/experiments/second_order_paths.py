"""Gradient descent, conjugate gradients, Newton, BFGS and L-BFGS in Rosenbrock's valley, beside SciPy's (§4.6)."""

import numpy as np
from scipy import optimize

from course.figures.optimizer_colours import style
from units.u03_optimization.bfgs import bfgs
from units.u03_optimization.conjugate_gradient import nonlinear_conjugate_gradient
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.descent import Descent
from units.u03_optimization.lbfgs import lbfgs
from units.u03_optimization.line_search import strong_wolfe
from units.u03_optimization.newton import newton
from units.u03_optimization.test_functions import ROSENBROCK as F

SIZE = (8, 3.1)  # one row: its text can be read on a slide

METHODS = {
    "conjugate gradients": (nonlinear_conjugate_gradient, "CG"),
    "Newton": (newton, "Newton-CG"),
    "BFGS": (bfgs, "BFGS"),
    "L-BFGS": (lbfgs, "L-BFGS-B"),
}
METRICS = {"conjugate gradients": "cg", "Newton": "newton", "BFGS": "bfgs", "L-BFGS": "lbfgs"}


def run(r):
    found = {"gradient descent": gradient_descent(F, F.start, r.pick(quick=40, full=500))}
    found |= {name: method(F, F.start) for name, (method, _) in METHODS.items()}
    rows, ratios = [], []
    for name, descent in found.items():
        row = [name, descent.steps, descent.evaluations, descent.products, f"{descent.value:.1e}"]
        if name in METHODS:
            options = {} if name.startswith("Newton") else {"gtol": 1e-4}
            theirs = optimize.minimize(
                optimize.rosen, F.start, jac=optimize.rosen_der, method=METHODS[name][1], options=options
            )
            ratios.append(descent.evaluations / theirs.nfev)
            row += [theirs.nit, theirs.nfev, f"{theirs.fun:.1e}"]
            r.metric(f"steps_{METRICS[name]}", descent.steps)
        rows.append(row + [""] * (8 - len(row)))
    columns = ["method", "steps", "gradients", "products", "loss", "SciPy: steps", "gradients", "loss"]
    r.table(columns, rows, title=f"Rosenbrock's function from ({F.start[0]:g}, {F.start[1]:g})")
    ends = [np.linalg.norm(d.path[-1] - F.minima[0]) for name, d in found.items() if name in METHODS]
    r.metric("farthest_end_from_the_minimum", max(ends))
    r.metric("most_gradients_over_scipys", max(ratios))
    r.metric("gradient_descent_loss", found["gradient descent"].value)

    _, left = r.figure("paths", 1, 3, size=SIZE)
    _, (*right, loss) = r.figure("paths_and_losses", 1, 3, size=SIZE)
    for ax, (name, descent) in zip((*left, *right), found.items(), strict=True):
        draw_contours(ax, F, resolution=481)
        draw_path(ax, descent.path, style(name)["color"])
        ax.set_title(f"{name}:\n{descent.steps} steps")
        # the gradients are distributed evenly over the steps
        asked = np.linspace(1, descent.evaluations, descent.steps + 1)
        loss.semilogy(asked, np.maximum(descent.values, 1e-14), label=name, **style(name))
    loss.set(
        xlabel="gradients computed",
        ylabel="loss",
        title="Loss by\ngradients computed",
    )
    loss.set(ylim=(1e-14, 40), xlim=(0, 195))
    loss.figure.legend(*loss.get_legend_handles_labels(), loc="outside lower center", ncols=5)


def gradient_descent(f, start, steps):
    """θ ← θ − α ∇C(θ) with a strong Wolfe step α."""
    descent, step = Descent(f, start, max_steps=steps), 1e-3
    while descent.running():
        d = -descent.gradient
        step = strong_wolfe(descent.along(d), descent.value, descent.slope(d), step, c2=0.5)
        descent.take(step)
    return descent
