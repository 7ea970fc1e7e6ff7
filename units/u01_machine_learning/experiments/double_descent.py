"""With more features than samples the test error falls again: random features on digits (§2.5, extra)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.polynomial_regression import fit_linear
from units.u01_machine_learning.random_features import RandomFeatures


def run(r):
    d = r.data()
    n, draws = r.pick(quick=100, full=300), 3
    widths = sorted({round(n * ratio) for ratio in (0.05, 0.1, 0.2, 0.4, 0.7, 0.9, 1, 1.1, 1.4, 2, 4, 10)})
    x, y = d.features("train"), d.labels("train")
    x_test, y_test = d.features("test")[:2000], d.labels("test")[:2000]
    one_hot, one_hot_test = np.eye(d.classes), np.eye(d.classes)[y_test]
    penalties = {"minimum norm": 0.0, "ridge": 0.01}
    train, test = np.zeros((2, len(widths), draws)), np.zeros((2, len(widths), draws))
    errors = np.zeros((2, len(widths), draws))

    for j in range(draws):
        sample = r.rng.choice(len(y), n, replace=False)
        centre = x[sample].mean(0)
        phi = RandomFeatures(x.shape[1], widths[-1], r.rng)
        targets = one_hot[y[sample]]
        for i, width in enumerate(widths):
            Phi, Phi_test = phi(x[sample] - centre, width), phi(x_test - centre, width)
            for m, penalty in enumerate(penalties.values()):
                Theta = ops.transpose(fit_linear(Phi, targets.T, penalty))  # one column per class
                fitted, predicted = (ops.convert_to_numpy(ops.matmul(P, Theta)) for P in (Phi, Phi_test))
                train[m, i, j] = np.mean((targets - fitted) ** 2)
                test[m, i, j] = np.mean((one_hot_test - predicted) ** 2)
                errors[m, i, j] = np.mean(predicted.argmax(1) != y_test)

    mean, ridge = test.mean(-1)
    at_n = widths.index(n)
    r.metric("peak_over_classical_minimum", mean[at_n] / mean[:at_n].min())
    r.metric("peak_over_widest", mean[at_n] / mean[-1])
    r.metric("widest_over_classical_minimum", mean[-1] / mean[:at_n].min())
    r.metric("ridge_peak_over_widest", ridge[at_n] / ridge[-1])
    r.metric("training_error_of_widest", train[0, -1].mean())
    r.metric("test_accuracy_of_widest", 1 - errors[0, -1].mean())
    r.log(f"{n} training images; the number of features runs from {widths[0]} to {widths[-1]}")

    _, (left, right) = r.figure("double_descent", 1, 2, size=(10.4, 3.75))
    for m, (name, colour) in enumerate(zip(penalties, ("red", "blue"), strict=True)):
        left.plot(widths, test[m].mean(-1), "o-", color=figures.COLOURS[colour], label=f"test, {name}")
        right.plot(widths, errors[m].mean(-1), "o-", color=figures.COLOURS[colour], label=f"test, {name}")
    left.plot(
        widths, np.maximum(train[0].mean(-1), 1e-6), "--", color=figures.COLOURS["orange"], label="training"
    )
    left.set(yscale="log", ylim=(1e-3, None), title="Squared error", ylabel="mean squared error")
    right.set(title="Error rate of the classifier", ylabel="share of wrong labels")
    for ax in (left, right):
        ax.axvline(n, color=figures.COLOURS["grey"], linestyle=":", label=f"{n} training samples")
        ax.set(xscale="log", xlabel="number of random features")
    left.legend(loc="upper left")
