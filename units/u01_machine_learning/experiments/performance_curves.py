"""Expected training and test error against complexity and against sample size (§2.5)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.polynomial_regression import nested_predictions

SIGMA = 0.3


def simulate(rng, n, degree, datasets):
    """Mean errors of degrees 0, ..., d: on the training set, on fresh y at the same x, on fresh samples."""
    x, x_new = rng.uniform(-1, 1, (datasets, n)), rng.uniform(-1, 1, (datasets, 40))
    y, again, y_new = (np.sin(np.pi * z) + SIGMA * rng.normal(size=z.shape) for z in (x, x, x_new))
    predictions = nested_predictions(x, y, np.concatenate([x, x_new], axis=1), degree)
    fitted, predicted = np.split(ops.convert_to_numpy(predictions), [n], axis=2)
    pairs = ((fitted, y), (fitted, again), (predicted, y_new))
    return np.stack([np.mean((y_hat - target) ** 2, axis=(1, 2)) for y_hat, target in pairs], axis=1)


def run(r):
    datasets = r.pick(quick=300, full=3000)
    degrees, sizes = list(range(9)), [10, 20, 50, 200]
    by_degree = simulate(r.rng, 40, degrees[-1], datasets)
    curves = np.array([simulate(r.rng, n, 5, datasets) for n in sizes])
    by_size = {p: curves[:, p] for p in (1, 5)}

    best = int(by_degree[:, 2].argmin())
    r.metric("best_degree", best)
    r.metric("training_error_falls", int(np.all(np.diff(by_degree[:, 0]) < 0.01)))
    r.metric("test_over_training_at_degree_6", by_degree[6, 2] / by_degree[6, 0])
    # With p parameters, fresh y at the same x cost 2σ²p/n more than the training y (Mallows).
    train, again, _ = by_size[5][1]
    r.metric("optimism_over_theory", (again - train) / (2 * SIGMA**2 * 6 / sizes[1]))
    r.metric("line_test_error_at_200", by_size[1][-1, 2])
    r.metric("quintic_test_error_at_200", by_size[5][-1, 2])

    _, (left, right) = r.figure("performance", 1, 2, size=(10.5, 3.6), sharey=True)
    left.plot(degrees, by_degree[:, 2], "o-", color=figures.COLOURS["red"], label="expected test error")
    left.plot(degrees, by_degree[:, 0], "s-", color=figures.COLOURS["blue"], label="expected training error")
    left.axvline(best, color=figures.COLOURS["grey"], linestyle="--", label=f"best degree: {best}")
    left.text(0.1, 0.02, "underfitting", transform=left.transAxes)
    left.text(0.7, 0.02, "overfitting", transform=left.transAxes)
    left.set(
        title="40 samples, rising degree", xlabel="degree of the polynomial", ylabel="mean squared error"
    )
    for (degree, values), style in zip(by_size.items(), ("--", "-"), strict=True):
        name = {1: "line", 5: "degree 5"}[degree]
        right.plot(sizes, values[:, 2], style, color=figures.COLOURS["red"], label=f"{name}, test")
        right.plot(sizes, values[:, 0], style, color=figures.COLOURS["blue"], label=f"{name}, training")
    worst = by_size[5][0, 2]
    right.text(
        10,
        2,
        f"↑ ≈ $10^{{{np.log10(worst):.0f}}}$\nat n = {sizes[0]}",
        color=figures.COLOURS["red"],
    )
    right.set(title="More samples", xlabel="number of training samples", xscale="log")
    right.set_xticks([10, 20, 50, 100, 200], ["10", "20", "50", "100", "200"])
    right.minorticks_off()
    for ax in (left, right):
        ax.axhline(SIGMA**2, color=figures.COLOURS["grey"], linestyle=":", label="noise σ²")
        ax.set(yscale="log", ylim=(0.02, 20))
        ax.legend(loc="upper right")
