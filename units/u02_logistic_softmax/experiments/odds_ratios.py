"""The sigmoid model in statistics: odds ratios with confidence intervals (§3.1)."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from course.figures import COLOURS
from units.u02_logistic_softmax import newton_logistic

COLUMNS = {"radius": 0, "texture": 1, "smoothness": 4, "symmetry": 8, "fractal dimension": 9}


def run(r):
    d = r.data()
    x = d.features()[:, list(COLUMNS.values())].astype("float64")
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = 1 - d.labels()  # the data have 0 for malignant; here 1 is malignant
    fit = newton_logistic(x, y)
    ratio, low, high = fit.odds_ratios()
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, y)

    r.metric("difference_to_scikit_learn", np.abs(fit.w - oracle.coef_[0]).max())
    r.metric("odds_ratio_texture", ratio[1])
    r.metric("standard_error_texture", fit.standard_errors[1])
    r.metric("newton_steps", fit.steps)
    values = zip(COLUMNS, fit.w, fit.standard_errors, ratio, low, high, strict=True)
    r.table(
        ["feature (mean of the cell nuclei)", "w", "standard error", "odds ratio", "95% low", "95% high"],
        [[name, *(f"{v:.3g}" for v in row)] for name, *row in values],
        title="By what factor the odds of a malignant tumour grow with one standard deviation",
    )

    _, (left, right) = r.figure("odds_ratios", 1, 2, size=(10.5, 4.2))
    rows = np.arange(len(ratio))[::-1]
    left.errorbar(ratio, rows, xerr=[ratio - low, high - ratio], fmt="o", color=COLOURS["blue"], capsize=4)
    left.axvline(1, color=COLOURS["grey"], linestyle="--", linewidth=1)
    left.set_xscale("log")
    left.set_yticks(rows, COLUMNS)
    left.set_ylim(-0.6, len(rows) - 0.4)
    left.set(xlabel="odds ratio for one standard deviation (log scale)", title="Odds ratios, 95% intervals")

    z = x @ fit.w + fit.b
    middle, observed, error, pure = binned_log_odds(z, y, bins=8)
    # In a bin with tumours of one kind only, the observed log-odds are infinite.
    right.plot(
        middle[pure],
        observed[pure],
        "o",
        color=COLOURS["grey"],
        fillstyle="none",
        label="only one class: further out",
    )
    right.errorbar(
        middle[~pure],
        observed[~pure],
        yerr=1.96 * error[~pure],
        fmt="o",
        color=COLOURS["orange"],
        capsize=3,
        label="observed",
    )
    ends = np.array([middle.min() - 0.5, middle.max() + 0.5])
    right.plot(ends, ends, color=COLOURS["black"], label="model: log-odds = z")
    right.set(xlabel="z = wᵀx + b, mean of the bin", ylabel="log-odds of malignant in the bin")
    right.set_title("Log-odds are linear in z")
    right.legend()


def binned_log_odds(z, y, bins):
    """Mean z, log-odds, their standard error and whether there is one class only, for bins of equally many samples.

    Half a sample is added to each side: without it the log-odds of a pure bin are infinite.
    """
    parts = np.array_split(np.argsort(z), bins)
    ones = np.array([y[part].sum() for part in parts]) + 0.5
    zeros = np.array([(1 - y[part]).sum() for part in parts]) + 0.5
    middle, pure = np.array([z[part].mean() for part in parts]), np.minimum(ones, zeros) == 0.5
    return middle, np.log(ones / zeros), np.sqrt(1 / ones + 1 / zeros), pure
