"""Polynomials of rising degree through the same points: underfitting, right, overfitting (§2.5)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.polynomial_regression import nested_predictions


def run(r):
    d = r.data(function="sine", n=15, noise=0.2, seed=r.seed)
    fresh = r.data(function="sine", n=2000, noise=0.2, seed=r.seed + 1000)
    x, y, grid = d.x[:, 0], d.y, np.linspace(-1, 1, 400)
    degrees = (1, 3, 7, 11)
    fig, axes = r.figure("polynomial_fits", 1, 4, size=(11.5, 3.5), sharey=True)
    train, test = {}, {}
    inputs = np.concatenate([x, fresh.x[:, 0], grid])
    y_hat = ops.convert_to_numpy(nested_predictions(x, y, inputs, degrees[-1]))
    for ax, degree in zip(axes, degrees, strict=True):
        fitted, predicted, curve = np.split(y_hat[degree], [len(x), len(inputs) - len(grid)])
        train[degree] = np.mean((y - fitted) ** 2)
        # Outside of the samples a polynomial of high degree has huge values: the median is comparable.
        test[degree] = np.median((fresh.y - predicted) ** 2)
        ax.plot(grid, np.sin(np.pi * grid), "--", color=figures.COLOURS["grey"], label="truth")
        ax.plot(grid, curve, label="fit")
        ax.plot(x, y, "o", color=figures.COLOURS["black"], label="training samples")
        ax.set(ylim=(-2, 2))
        ax.set_title(
            f"degree {degree}\ntraining error {train[degree]:.2g}\nfresh, median {test[degree]:.2g}",
        )
        r.metric(f"training_error_{degree}", train[degree])
        r.metric(f"median_test_error_{degree}", test[degree])
        ax.set_xlabel("x")
    axes[0].set_ylabel("y")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    r.log("The training error falls with every degree; the error on fresh samples does not.")
