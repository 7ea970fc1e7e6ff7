"""One confusion matrix, and every score that follows from it (§2.2)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u01_machine_learning.binomial_interval import exact_interval, wald_interval, wilson_interval
from units.u01_machine_learning.confusion import (
    accuracy,
    class_scores,
    confusion_matrix,
    macro_scores,
    micro_scores,
)
from units.u01_machine_learning.one_vs_rest import OneVsRest
from units.u01_machine_learning.top_k_accuracy import top_k_accuracy


def run(r):
    d = r.data()
    x, y, x_test, y_test = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    model = OneVsRest(d.classes).fit(x, y)
    M = confusion_matrix(y_test, model.predict(x_test), d.classes)
    macro, micro = macro_scores(M), micro_scores(M)
    top = [float(top_k_accuracy(y_test, model.decision_function(x_test), k)) for k in range(1, d.classes + 1)]
    r.metric("accuracy", accuracy(M))
    r.metric("macro_f1", macro.f1)
    r.metric("micro_f1_minus_accuracy", float(micro.f1) - float(accuracy(M)))
    r.metric("top_3_accuracy", top[2])

    scores = [ops.convert_to_numpy(score) for score in class_scores(M)]
    rows = [[name, *(f"{s[k]:.3f}" for s in scores)] for k, name in enumerate(d.class_names)]
    rows += [
        [name, *(f"{float(s):.3f}" for s in mean)] for name, mean in (("macro", macro), ("micro", micro))
    ]
    r.table(["class", "precision", "recall", "F1"], rows, "One-vs-rest least squares")
    n, counts = len(y_test), ops.convert_to_numpy(M)
    correct = int(np.trace(counts))
    intervals = {"Wald": wald_interval, "Wilson": wilson_interval, "exact": exact_interval}
    r.table(
        ["interval", *(f"{c} of {m}" for c, m in ((correct, n), (20, 20)))],
        [
            [name, *("{:.3f} to {:.3f}".format(*f(c, m)) for c, m in ((correct, n), (20, 20)))]
            for name, f in intervals.items()
        ],
        "95% intervals for the accuracy: of this test, and of twenty answers all right",
    )

    _, (left, middle, right) = r.figure("performance", 1, 3, size=(11, 3.75))
    left.imshow(
        np.where(np.eye(d.classes) > 0, 0, counts),
        cmap="Oranges",
        vmax=max(1.6 * (counts - np.diag(np.diag(counts))).max(), 1),
    )
    for (i, j), count in np.ndenumerate(counts):
        if count:
            left.text(j, i, f"{count:.0f}", ha="center", va="center", weight="bold" if i == j else None)
    ticks = range(d.classes)
    left.set(
        title="Confusion matrix",
        xlabel="predicted",
        ylabel="true",
        xticks=ticks,
        yticks=ticks,
    )
    for score, name, marker in zip(scores, ("precision", "recall", "F1"), "<^D", strict=True):
        middle.plot(ticks, score, marker, markersize=7, label=name)
    middle.axhline(float(accuracy(M)), color=COLOURS["grey"], linestyle=":", label="accuracy")
    middle.set(title="Scores of each class", xlabel="class", ylabel="score", xticks=ticks)
    middle.legend()
    right.plot(range(1, d.classes + 1), top, "o-")
    right.set(
        title="Top-k accuracy",
        xlabel="k",
        ylabel="share with truth in the k best",
        xticks=range(1, 11),
    )
