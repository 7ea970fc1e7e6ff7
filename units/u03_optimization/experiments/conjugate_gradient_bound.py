"""Conjugate gradients: the bound with √κ, and as many steps as there are different eigenvalues (§4.6)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from course.figures.optimizer_colours import style
from units.u03_optimization.conjugate_gradient import conjugate_gradient, conjugate_gradient_bound
from units.u03_optimization.line_search import exact_step

N, STEPS, KAPPAS = 80, 40, (10, 100, 1000)


def run(r):
    Q, _ = np.linalg.qr(r.rng.normal(size=(N, N)))
    b = r.rng.normal(size=N)
    k, errors, rows = np.arange(STEPS + 1), {}, []
    for kappa in KAPPAS:
        A = (Q * np.linspace(1, kappa, N)) @ Q.T
        A32, b32 = A.astype("float32"), b.astype("float32")
        _, cg = conjugate_gradient(A32, b32, tolerance=1e-5, max_steps=STEPS)
        gd = gradient_descent(A32, b32, STEPS)
        errors[kappa] = error(A, b, cg), error(A, b, gd)
        bound = conjugate_gradient_bound(kappa, k)
        rows.append([kappa, *(int(np.argmax(e < 0.01)) or f"> {STEPS}" for e in (*errors[kappa], bound))])
    r.table(
        ["κ", "conjugate gradients", "gradient descent", "bound"], rows, title="Steps until 1% of the error"
    )
    over = max(
        (e[0][1:] / conjugate_gradient_bound(kappa, k)[1 : len(e[0])]).max() for kappa, e in errors.items()
    )
    r.metric("most_of_the_bound_used", over)
    r.metric("steps_at_kappa_100", int(np.argmax(errors[100][0] < 0.01)))
    r.metric("gradient_descent_error_at_kappa_1000", errors[1000][1][-1])

    few = (Q * np.repeat([1.0, 3.0, 10.0, 30.0], N // 4)) @ Q.T
    _, path = conjugate_gradient(few.astype("float32"), b.astype("float32"), tolerance=1e-3)
    r.metric("steps_with_4_eigenvalues", len(path) - 1)
    small = (Q[:8, :8] @ Q[:8, :8].T) * 10 + np.eye(8)
    theta, _ = conjugate_gradient(small.astype("float32"), b[:8].astype("float32"))
    exact = np.linalg.solve(small, b[:8])
    r.metric("error_after_n_steps", np.abs(ops.convert_to_numpy(theta) - exact).max() / np.abs(exact).max())

    _, axes = r.figure("bound", 1, 3, size=(11.4, 3.6), sharey=True)
    for ax, kappa in zip(axes, KAPPAS, strict=True):
        cg, gd = errors[kappa]
        ax.semilogy(k, conjugate_gradient_bound(kappa, k), "--", color=COLOURS["grey"], label="bound")
        ax.semilogy(k, gd, label="gradient descent, exact steps", **style("gradient descent"))
        ax.semilogy(
            np.arange(len(cg)),
            cg,
            "o-",
            markersize=3,
            color=style("conjugate gradients")["color"],
            label="conjugate gradients",
        )
        ax.set(xlabel="step k", title=f"κ = {kappa}", ylim=(1e-6, 3))
    axes[0].set_ylabel(r"error $\|e^{(k)}\|_A\ /\ \|e^{(0)}\|_A$")
    axes[2].legend(loc="lower left")


def error(A, b, path):
    """‖θ − θ*‖_A along a path, as a share of the first, in float64."""
    e = path - np.linalg.solve(A, b)
    size = np.sqrt(np.einsum("ki,ij,kj->k", e, A, e))
    return size / size[0]


def gradient_descent(A, b, steps):
    """θ ← θ − α g with the exact step."""
    A, b = ops.convert_to_tensor(A), ops.convert_to_tensor(b)
    theta, path = ops.zeros_like(b), []
    for _ in range(steps + 1):
        path.append(ops.convert_to_numpy(theta))
        g = ops.matmul(A, theta) - b
        theta = theta - exact_step(A, g, -g) * g
    return np.array(path)
