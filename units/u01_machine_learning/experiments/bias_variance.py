"""Bias² falls, variance rises, and with the noise they add up to the expected error (§2.5)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.bias_variance import decompose, measured_error
from units.u01_machine_learning.polynomial_regression import nested_predictions


def f(x):
    return np.sin(np.pi * x)


def run(r):
    sigma, n, datasets, degrees = 0.3, 40, r.pick(quick=400, full=4000), list(range(11))
    x = r.rng.uniform(-1, 1, (datasets, n))
    y = f(x) + sigma * r.rng.normal(size=(datasets, n))
    points = np.tile(np.linspace(-0.95, 0.95, 50), (datasets, 1))
    fresh = f(points) + sigma * r.rng.normal(size=points.shape)

    curves = ops.convert_to_numpy(nested_predictions(x, y, points, degrees[-1]))
    parts = [decompose(curves[degree], f(points[0]), sigma) for degree in degrees]
    measured = [measured_error(curves[degree], fresh) for degree in degrees]
    total = np.array([p.expected_error for p in parts])
    r.table(
        ["degree", "bias²", "variance", "noise", "sum", "measured error"],
        [
            [k, *(round(v, 4) for v in p), round(m, 4)]
            for k, p, m in zip(degrees, parts, measured, strict=True)
        ],
        title=f"{datasets} training sets of {n} samples, y = sin πx + ξ, σ = {sigma}",
    )
    r.metric("best_degree", int(np.argmin(total)))
    r.metric("largest_gap", np.max(np.abs(np.array(measured) / total - 1)))
    r.metric("bias2_of_a_line", parts[1].bias2)
    # Each of the d + 1 coefficients adds about σ²/n to the variance, more when samples are few.
    r.metric("variance_of_a_cubic_times_n", parts[3].variance * n / sigma**2)
    r.metric("u_curve_depth", min(total[0], total[-1]) / total.min())

    # The mean over finitely many data sets is random: at high degrees bias² is mostly its sampling error.
    wobble = np.array([p.variance for p in parts]) / datasets
    r.log(f"Sampling error of bias² at degree {degrees[-1]}, variance / {datasets}: {wobble[-1]:.1g}.")

    _, axes = r.figure("fits", 1, 3, size=(10, 3.4), sharey=True)
    grid = np.linspace(-0.95, 0.95, 200)
    drawn = ops.convert_to_numpy(nested_predictions(x[:40], y[:40], np.tile(grid, (40, 1)), degrees[-1]))
    for ax, (degree, name) in zip(
        axes, ((1, "mostly bias"), (3, "about right"), (9, "mostly variance")), strict=True
    ):
        thin = {"color": figures.pale(figures.COLOURS["blue"]), "linewidth": 0.7}
        ax.plot(grid, drawn[degree].T, **thin)
        ax.plot([], [], label="fits to 40 training sets", **thin)
        ax.plot(points[0], curves[degree].mean(0), color=figures.COLOURS["blue"], label="mean of all fits")
        ax.plot(grid, f(grid), "--", color=figures.COLOURS["black"], label="truth f")
        ax.set(title=f"degree {degree}: {name}", xlabel="x", ylim=(-2, 2.4))
    axes[0].set_ylabel("y")
    axes[0].legend(loc="upper left")

    _, ax = r.figure("u_curve", size=(7, 4.4))
    ax.plot(degrees, [p.bias2 for p in parts], "o-", label="bias²")
    ax.plot(degrees, [p.variance for p in parts], "s-", label="variance")
    ax.plot(degrees, wobble, ":", color=figures.COLOURS["sky"], label="sampling error of bias²")
    ax.axhline(sigma**2, color=figures.COLOURS["grey"], linestyle=":", label="noise σ²")
    ax.plot(degrees, total, color=figures.COLOURS["black"], label="bias² + variance + σ²")
    ax.plot(
        degrees, measured, "x", color=figures.COLOURS["red"], markersize=8, label="measured on fresh samples"
    )
    ax.set(yscale="log", ylim=(1e-5, 20), xlabel="degree of the polynomial", ylabel="squared error")
    ax.set_title("The decomposition, measured")
    ax.legend(ncols=2)
