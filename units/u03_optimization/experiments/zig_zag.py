"""Exact line search on a narrow bowl: every step is orthogonal to the last (§4.5)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from course.figures.optimizer_colours import style
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.line_search import exact_step
from units.u03_optimization.test_functions import quadratic_bowl

KAPPAS = (2, 4, 10, 30, 100)
STEPS = 12


def run(r):
    paths = {kappa: steepest_descent(kappa, [kappa, 1.0], STEPS) for kappa in KAPPAS}
    rates, cosines, lucky = {}, [], {}
    for kappa, path in paths.items():
        loss = (path**2 @ [1.0, kappa]) / 2
        rates[kappa] = (loss[-1] / loss[0]) ** (1 / STEPS)
        d = np.diff(path, axis=0)
        d /= np.linalg.norm(d, axis=1, keepdims=True)
        cosines.append(np.abs(np.sum(d[1:] * d[:-1], axis=1)).max())
        other = steepest_descent(kappa, r.rng.normal(size=2) * [1.0, 0.3], STEPS)
        lucky[kappa] = ((other[-1] ** 2 @ [1.0, kappa]) / (other[0] ** 2 @ [1.0, kappa])) ** (1 / STEPS)
    theory = {kappa: ((kappa - 1) / (kappa + 1)) ** 2 for kappa in KAPPAS}

    r.metric("largest_error_of_rate", max(abs(rates[k] / theory[k] - 1) for k in KAPPAS))
    r.metric("largest_cosine_of_two_steps", max(cosines))
    r.metric("rate_at_kappa_10", rates[10])
    r.metric("largest_rate_from_elsewhere_over_theory", max(lucky[k] / theory[k] for k in KAPPAS))
    r.table(
        ["κ", "measured rate", "((κ−1)/(κ+1))²", "from a random start"],
        [[k, f"{rates[k]:.4f}", f"{theory[k]:.4f}", f"{lucky[k]:.4f}"] for k in KAPPAS],
    )

    bowl = quadratic_bowl(10)
    _, (left, right) = r.figure("zig_zag", 1, 2, size=(11, 4.2))
    draw_contours(left, bowl, levels=np.geomspace(0.02, 12, 14))
    draw_path(left, paths[10] * 2.2 / 10, style("gradient descent")["color"], "exact line search")
    left.set(title="κ = 10: right angles only", aspect="equal", xlim=(-1, 2.5), ylim=(-0.9, 0.9))
    left.legend(loc="lower right")
    k = np.geomspace(1.5, 150, 100)
    right.semilogx(k, ((k - 1) / (k + 1)) ** 2, color=COLOURS["grey"], label=r"theory $((κ-1)/(κ+1))^2$")
    right.plot(KAPPAS, list(rates.values()), "o", color=COLOURS["blue"], label="from the worst start (κ, 1)")
    right.plot(KAPPAS, list(lucky.values()), "^", color=COLOURS["orange"], label="from a random start")
    right.set(xlabel="condition number κ", ylabel="loss after a step / before")
    right.set_title("Rate against condition number")
    right.set_ylim(0, 1.45)
    right.legend(loc="upper left")


def steepest_descent(kappa, start, steps):
    """Gradient descent with exact steps on ½(θ₁² + κ θ₂²): the path (steps + 1, 2)."""
    A = ops.diag(ops.convert_to_tensor([1.0, float(kappa)], "float32"))
    theta, path = ops.convert_to_tensor(start, "float32"), [np.array(start, "float64")]
    for _ in range(steps):
        g = ops.matmul(A, theta)
        theta = theta - exact_step(A, g, -g) * g
        path.append(ops.convert_to_numpy(theta).astype("float64"))
    return np.array(path)
