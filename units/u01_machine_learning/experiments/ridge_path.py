"""The ridge path: all weights as the penalty grows, and the penalty that predicts best (§2.5)."""

import numpy as np
from keras import ops

from course.figures import COLOURS
from units.u01_machine_learning.cross_validation import kfold
from units.u01_machine_learning.leakage import standardize
from units.u01_machine_learning.ridge import ridge_path

PENALTIES = np.logspace(-1, 5, 37)


def run(r):
    d = r.data()
    # Few patients and all products of two features: a problem in which least squares overfits.
    x, y = d.features(), d.labels()
    z = ops.convert_to_numpy(standardize(x, x))
    i, j = np.triu_indices(x.shape[1])
    names = [name.split(" (")[0].split(":")[0] for name in d.feature_names]
    names += [f"{names[a]} × {names[b]}" if a != b else f"{names[a]}²" for a, b in zip(i, j, strict=True)]
    x = np.concatenate([z, z[:, i] * z[:, j]], axis=1)
    order = r.rng.permutation(len(y))
    train, test = order[:221], order[221:]

    def errors(fit_on, judge_on):
        """Root mean squared error for every penalty; the scaling is computed from the training rows."""
        a, b = (ops.convert_to_numpy(standardize(x[rows], x[fit_on])) for rows in (fit_on, judge_on))
        path = ridge_path(a, y[fit_on], PENALTIES)
        predictions = b @ ops.convert_to_numpy(path.w).T + ops.convert_to_numpy(path.b)
        return np.sqrt(np.mean((predictions - y[judge_on][:, None]) ** 2, axis=0))

    folds = [(train[a], train[b]) for a, b in kfold(len(train), 5, rng=r.rng)]
    by_fold = np.array([errors(*fold) for fold in folds])
    chosen = int(by_fold.mean(axis=0).argmin())
    of_test = errors(train, test)
    standard = ops.convert_to_numpy(standardize(x[train], x[train]))
    path = ridge_path(standard, y[train], PENALTIES)
    w, freedom = ops.convert_to_numpy(path.w), ops.convert_to_numpy(path.freedom)

    r.metric("chosen_penalty", PENALTIES[chosen])
    r.metric("chosen_freedom", freedom[chosen])
    r.metric("test_rmse", of_test[chosen])
    r.metric("gain_over_least_squares", of_test[0] / of_test[chosen])
    r.metric("norm_rises", np.max(np.diff(np.linalg.norm(w, axis=1))))
    _, (left, right) = r.figure("ridge_path", 1, 2, size=(11, 3.7))
    largest = np.abs(w[chosen]).argsort()[-4:]
    left.semilogx(PENALTIES, w, color=COLOURS["grey"], linewidth=0.6)
    left.semilogx(PENALTIES, w[:, largest[::-1]], linewidth=2, label=[names[k] for k in largest[::-1]])
    left.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")
    left.set(
        title=f"{w.shape[1]} weights; named: the four largest at λ",
        xlabel="penalty λ",
        ylabel="weight",
    )
    right.semilogx(PENALTIES, by_fold.T, color=COLOURS["sky"], linewidth=0.7)
    right.semilogx(PENALTIES, by_fold.mean(axis=0), color=COLOURS["blue"], label="mean of 5 folds")
    right.semilogx(PENALTIES, of_test, color=COLOURS["orange"], label="test set")
    right.set(title="Held-out error", xlabel="penalty λ", ylabel="root mean squared error")
    for ax in (left, right):
        ax.axvline(
            PENALTIES[chosen], color="black", linestyle=":", label=f"chosen: λ = {PENALTIES[chosen]:.0f}"
        )
    right.legend()
    r.table(
        ["λ", "degrees of freedom", "cross-validation RMSE", "test RMSE"],
        [
            [f"{PENALTIES[k]:.3g}", *(f"{v[k]:.1f}" for v in (freedom, by_fold.mean(axis=0), of_test))]
            for k in range(0, 37, 6)
        ],
    )
