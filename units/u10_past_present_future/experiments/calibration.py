"""A network that is too sure of itself, and the temperature that repairs it (§8.5)."""

import keras
import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u10_past_present_future.calibration import (
    brier_score,
    expected_calibration_error,
    reliability_table,
)
from units.u10_past_present_future.deep_ensemble import DeepEnsemble
from units.u10_past_present_future.temperature_scaling import fit_temperature, with_temperature


def run(r):
    d = r.data()
    x, y = d.features("train"), d.labels("train")
    order = r.rng.permutation(len(y))
    n = r.pick(quick=300, full=5000)  # few samples to train on, so that the network knows them by heart
    known, held = order[:n], order[n : n + r.pick(quick=500, full=5000)]
    noisy = y[known].copy()
    changed = r.rng.random(n) < 0.1  # one label in ten is drawn again
    noisy[changed] = r.rng.integers(10, size=changed.sum())
    model = DeepEnsemble(1, r.pick(quick=[64], full=[256, 256]), 10)
    model.compile(keras.optimizers.Adam(r.pick(quick=0.02, full=0.002)))
    model.fit(x[known], noisy, batch_size=100, epochs=r.pick(quick=60, full=40), verbose=0)
    z, z_held = (
        ops.convert_to_numpy(model.predict(part, batch_size=1000, verbose=0))[:, 0]
        for part in (d.features("test"), x[held])
    )
    truth = d.labels("test")
    tau = fit_temperature(y[held], z_held)
    r.metric("accuracy", np.mean(z.argmax(axis=1) == truth))
    r.metric("temperature", tau)
    rows, tables, cost = [], {}, {}
    for name, value in (("before", 1.0), ("after", tau)):
        p = with_temperature(z, value)
        nll = cost[name] = -np.mean(np.log(p[np.arange(len(p)), truth]))
        error, tables[name] = expected_calibration_error(truth, p), reliability_table(truth, p)
        r.metric(f"calibration_error_{name}", error)
        r.metric(f"nll_{name}", nll)
        rows.append(
            [
                name,
                f"{value:.2f}",
                f"{nll:.3f}",
                f"{brier_score(truth, p):.3f}",
                f"{error:.3f}",
                f"{p.max(1).mean():.3f}",
            ]
        )
    r.metric("nll_saved", cost["before"] - cost["after"])
    r.table(
        ["", "τ", "cross-entropy", "Brier score", "calibration error", "mean confidence"],
        rows,
        f"{len(truth)} new digits",
    )
    _, axes = r.figure("reliability", 1, 2, size=(10, 4.2))
    for ax, table, value in zip(axes, tables.values(), (1.0, tau), strict=True):
        _, confidence, accuracy = table.T
        ax.plot([0, 1], [0, 1], "--", color=COLOURS["grey"], label="as often right as it says")
        ax.bar(confidence, accuracy, width=0.06, color=COLOURS["blue"], label="accuracy of a bin")
        ax.vlines(
            confidence,
            np.minimum(confidence, accuracy),
            np.maximum(confidence, accuracy),
            color=COLOURS["red"],
            label="gap",
        )
        ax.set(
            title=f"τ = {value:.2f}", xlabel="confidence", ylabel="accuracy", xlim=(0, 1.05), ylim=(0, 1.05)
        )
    axes[0].legend(loc="upper left")
