"""Statistics and machine learning on the same data: significant effects, and errors on new patients (§2.3)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u01_machine_learning.cross_validation import cross_validate, kfold
from units.u01_machine_learning.leakage import standardize
from units.u01_machine_learning.least_squares import normal_equations, predict, with_constant
from units.u01_machine_learning.linear_inference import linear_inference


def run(r):
    d = r.data()
    x, y = d.features(), d.labels()
    z = ops.convert_to_numpy(standardize(x, x))
    names = [name.split(" (")[0] for name in d.feature_names]

    # Statistics: a model of how y depends on x. Which coefficients differ from 0?
    fit = linear_inference(np.c_[np.ones(len(y)), z], y)
    rows = [
        [
            name,
            f"{fit.theta[j]:.1f}",
            f"{fit.errors[j]:.1f}",
            f"{fit.low[j]:.1f} to {fit.high[j]:.1f}",
            f"{fit.p[j]:.3g}",
        ]
        for j, name in enumerate(["intercept", *names])
    ]
    r.table(["coefficient", "estimate", "standard error", "95% interval", "p-value"], rows, "Statistics")
    sure = fit.p[1:] < 0.05
    r.metric("significant", int(sure.sum()))
    r.metric("r_squared", fit.r2)
    r.metric("bmi_error", fit.errors[1 + names.index("body mass index")])

    # Machine learning: a function that predicts. How large is its error on new patients?
    def held_out(only_sure):
        def rmse(train, dev):
            a, b = (ops.convert_to_numpy(standardize(x[rows], x[train])) for rows in (train, dev))
            if (
                only_sure
            ):  # the training rows decide what is significant; otherwise the error would be too small
                kept = linear_inference(with_constant(a), y[train]).p[1:] < 0.05
                a, b = a[:, kept], b[:, kept]
            theta = normal_equations(with_constant(a), y[train])
            return np.sqrt(np.mean((ops.convert_to_numpy(predict(with_constant(b), theta)) - y[dev]) ** 2))

        return cross_validate(rmse, folds)

    folds = kfold(len(y), 10, rng=r.rng)
    everything, selected = held_out(only_sure=False), held_out(only_sure=True)
    baseline = cross_validate(lambda train, dev: np.sqrt(np.mean((y[dev] - y[train].mean()) ** 2)), folds)
    r.metric("held_out_rmse", everything.mean())
    r.metric("share_explained", 1 - everything.mean() ** 2 / baseline.mean() ** 2)
    bars = {
        "the mean alone": baseline,
        "sure features": selected,
        "all ten features": everything,
    }
    r.table(
        ["prediction", "held-out RMSE", "standard error"],
        [[k, f"{v.mean():.1f}", f"{v.std(ddof=1) / np.sqrt(len(v)):.1f}"] for k, v in bars.items()],
        "Machine learning, 10 folds",
    )

    _, (left, right) = r.figure("two_readings", 1, 2, size=(11, 3.8))
    for j in range(len(names)):
        colour = COLOURS["blue"] if sure[j] else COLOURS["grey"]
        left.errorbar(
            fit.theta[1 + j], j, xerr=fit.high[1 + j] - fit.theta[1 + j], fmt="o", color=colour, capsize=3
        )
    left.axvline(0, color="black", linewidth=0.8)
    left.set(
        title="95% intervals (grey: 0 is inside)",
        xlabel="change of the response per std. deviation",
        yticks=range(len(names)),
        yticklabels=names,
    )
    left.invert_yaxis()
    right.boxplot(
        list(bars.values()), tick_labels=list(bars), widths=0.5, medianprops={"color": COLOURS["red"]}
    )
    right.set(title="Error on ten held-out folds", ylabel="root mean squared error")
    r.log(
        f"{sure.sum()} of {len(names)} features are significant. The cholesterol measurements are strongly correlated:"
    )
    r.log(
        "their intervals are wide. For the prediction it matters little which of them has the large coefficient."
    )
