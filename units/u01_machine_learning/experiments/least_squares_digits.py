"""Least-squares classification of digits: one-vs-rest 86% and one-vs-one 93% on MNIST (§2.2)."""

import numpy as np
from keras import ops

from course import figures
from units.u01_machine_learning.binomial_interval import wilson_interval
from units.u01_machine_learning.cross_validation import cross_validate, stratified_kfold
from units.u01_machine_learning.one_vs_one import OneVsOne
from units.u01_machine_learning.one_vs_rest import OneVsRest


def run(r):
    d = r.data()
    x, y, x_test, y_test = d.features("train"), d.labels("train"), d.features("test"), d.labels("test")
    models, rows = {}, []
    folds = stratified_kfold(y, r.pick(quick=5, full=3), rng=r.rng)
    for name, kind in (("one_vs_rest", OneVsRest), ("one_vs_one", OneVsOne)):
        with r.model(f"{name}_accuracy") as record:
            model = models[name] = kind(d.classes).fit(x, y)
        record.parameters = np.prod(model.theta.shape)
        right = ops.convert_to_numpy(model.predict(x_test)) == y_test
        low, high = wilson_interval(int(right.sum()), len(right))

        def score(train, dev, kind=kind):
            fold = kind(d.classes).fit(x[train], y[train])
            return np.mean(ops.convert_to_numpy(fold.predict(x[dev])) == y[dev])

        scores = cross_validate(score, folds)
        spread = scores.std(ddof=1) / np.sqrt(len(scores))
        r.metric(f"{name}_accuracy", right.mean())
        r.metric(f"{name}_cross_validation", scores.mean())
        problems = d.classes if name == "one_vs_rest" else len(model.pairs)
        rows.append(
            [
                name,
                problems,
                f"{right.mean():.4f}",
                f"{low:.4f} to {high:.4f}",
                f"{scores.mean():.4f} ± {spread:.4f}",
            ]
        )
    r.metric("gain_one_vs_one", r.metrics["one_vs_one_accuracy"] - r.metrics["one_vs_rest_accuracy"])
    columns = ["model", "problems", "test accuracy", "95% interval (Wilson)", f"{len(folds)}-fold estimate"]
    r.table(
        columns, rows, f"{len(y)} training and {len(y_test)} test images, {x.shape[1]} pixels and a constant"
    )

    side = d.images("test").shape[1]
    fig, axes = r.figure("weights", 2, 5, size=(11, 4.8))
    weights = ops.convert_to_numpy(models["one_vs_rest"].theta)[1:].T.reshape(-1, side, side)
    # Pixels that are almost always black have large weights without effect: show weight × standard deviation.
    effect = weights * x.std(axis=0).reshape(side, side)
    figures.image_grid(axes, effect, [f"{k} against the rest" for k in range(d.classes)], diverging=True)
    fig.suptitle("Weight × standard deviation of the pixel: red speaks for the digit, blue against it")
