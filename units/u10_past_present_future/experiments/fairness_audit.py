"""An audit of a model that grants loans: each criterion of fairness costs the others (epilogue)."""

import keras
import numpy as np
from keras import ops

from course import figures
from units.u02_logistic_softmax import sigmoid
from units.u04_feedforward import Classifier
from units.u10_past_present_future.fairness import fairness_gaps, group_rates, group_thresholds, implied_fpr

LEVEL = 0.7


def run(r):
    train = r.data(n=r.pick(quick=4000, full=40_000), seed=r.seed)
    test = r.data(n=40_000, seed=r.seed + 1)
    mean, scale = train.x.mean(0), train.x.std(0)
    model = Classifier(keras.Sequential([keras.layers.Dense(2)]), 2)
    model.compile(keras.optimizers.Adam(3e-2))
    model.fit((train.x - mean) / scale, train.y, batch_size=200, epochs=10, verbose=0)
    z = ops.convert_to_numpy(model(((test.x - mean) / scale).astype("float32")))
    scores = ops.convert_to_numpy(sigmoid(z[:, 1] - z[:, 0]))
    y, group = test.y, test.group

    decisions = {"one threshold": (scores >= 0.5).astype(int)}
    for name, criterion in (("equal selection", "selected"), ("equal tpr", "tpr")):
        limits = group_thresholds(scores, y, group, criterion, LEVEL)
        decisions[name] = (scores >= np.where(group == 0, limits[0], limits[1])).astype(int)
    gaps = {name: fairness_gaps(y, y_hat, group) for name, y_hat in decisions.items()}
    accuracy = {name: np.mean(y_hat == y) for name, y_hat in decisions.items()}
    r.table(
        ["decision", "accuracy", *(f"gap of {c}" for c in gaps["one threshold"])],
        [[n, f"{accuracy[n]:.3f}", *(f"{g:.3f}" for g in gaps[n].values())] for n in decisions],
        title="No decision closes all three gaps",
    )
    best = np.mean((test.probability >= 0.5) == y)
    r.metric("accuracy", accuracy["one threshold"])
    r.metric("below_best_possible", best - accuracy["one threshold"])
    r.metric("independence_gap_of_one_threshold", gaps["one threshold"]["independence"])
    r.metric("independence_gap_of_equal_selection", gaps["equal selection"]["independence"])
    r.metric("sufficiency_gap_of_equal_selection", gaps["equal selection"]["sufficiency"])
    rates = group_rates(y, decisions["one threshold"], group)
    r.metric("identity_error", max(abs(implied_fpr(v.base, v.ppv, v.tpr) - v.fpr) for v in rates.values()))
    calibrated = {g: calibration(scores, y, group == g) for g in rates}
    r.metric(
        "calibration_gap", max(abs(s - share) for points in calibrated.values() for s, share, _ in points)
    )
    r.log(
        "; ".join(f"group {g}: {v.base:.3f} repay, {v.selected:.3f} are selected" for g, v in rates.items())
    )

    _, (ax, ax_roc) = r.figure("audit", 1, 2, size=(10.5, 4.2))
    for g, colour in ((0, "blue"), (1, "orange")):
        s, share, _ = np.transpose(calibrated[g])
        ax.plot(s, share, "o-", color=figures.COLOURS[colour], label=f"group {g}")
        tpr, fpr = roc(scores[group == g], y[group == g])
        ax_roc.plot(fpr, tpr, color=figures.COLOURS[colour], label=f"group {g}")
    ax.plot([0, 1], [0, 1], ":", color=figures.COLOURS["grey"])
    ax.set(title="The score means the same in both groups", xlabel="score", ylabel="share that repays")
    # empty markers of three sizes: two decisions can have the same rates
    for (name, y_hat), marker, size in zip(decisions.items(), "os^", (13, 9, 6), strict=True):
        empty = {"markersize": size, "fillstyle": "none", "markeredgewidth": 2}
        for v, colour in zip(group_rates(y, y_hat, group).values(), ("blue", "orange"), strict=True):
            ax_roc.plot(v.fpr, v.tpr, marker, color=figures.COLOURS[colour], **empty)
        ax_roc.plot([], [], marker, color=figures.COLOURS["black"], label=name, **empty)
    ax_roc.set(title="Three decisions, two groups", xlabel="false positive rate",
               ylabel="true positive rate")  # fmt: skip
    ax.legend()
    ax_roc.legend()


def calibration(scores, y, chosen, bins=5):
    """Mean score, share that repays and number of people, in bins of the score."""
    s, repaid = scores[chosen], y[chosen]
    place = np.minimum((s * bins).astype(int), bins - 1)
    return [(s[place == b].mean(), repaid[place == b].mean(), (place == b).sum()) for b in range(bins)]


def roc(scores, y):
    """True and false positive rates at each threshold."""
    y = y[np.argsort(-scores)]
    return np.cumsum(y) / y.sum(), np.cumsum(1 - y) / (1 - y).sum()
