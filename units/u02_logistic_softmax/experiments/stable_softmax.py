"""The naive softmax overflows for large logits, the stable one does not (§3.3)."""

import numpy as np
import scipy.special
from keras import ops

from course.figures import COLOURS
from units.u02_logistic_softmax import log_sum_exp, naive_softmax, softmax


def run(r):
    z = np.round(r.rng.normal(scale=2, size=(20, 5)), 2)
    shifts = np.arange(-140, 141, 1.0)
    naive, stable, entropy = np.array([errors(z + c) for c in shifts]).T

    ok = np.isfinite(naive)
    r.metric("stable_worst_error", stable.max())
    r.metric("log_sum_exp_worst_error", entropy.max())
    r.metric("naive_largest_logit", z.max() + shifts[ok].max())
    r.metric("naive_smallest_maximum", z.max(axis=1).min() + shifts[ok].min())
    r.log(f"the largest logit is {z.max():.2f}; float32 ends at e^{np.log(np.finfo('float32').max):.2f}")

    _, ax = r.figure("shift", size=(7, 4.2))
    ax.semilogy(
        shifts[ok],
        naive[ok],
        color=COLOURS["orange"],
        label="naive: exp(z) / ∑ exp(z)",
        linewidth=4,
        alpha=0.6,
    )
    ax.semilogy(shifts, stable, color=COLOURS["blue"], label="stable: the maximum taken out", linewidth=1.2)
    ends = [(shifts.min(), shifts[ok].min()), (shifts[ok].max(), shifts.max())]
    for (a, b), text in zip(ends, ("0 / 0", "∞ / ∞"), strict=True):
        ax.axvspan(a, b, color=COLOURS["red"], alpha=0.15, linewidth=0)
        ax.text((a + b) / 2, 2e-2, f"naive:\n{text}\n= NaN", ha="center", va="center", color=COLOURS["red"])
    ax.set(xlabel="shift c, the same for all logits", ylabel="largest relative error in float32")
    ax.set(
        title="softmax(z + c) = softmax(z), but only the stable form keeps it",
        ylim=(1e-8, 1),
        xlim=(-140, 140),
    )
    ax.legend(loc="upper center")


def errors(z):
    """Relative errors in float32 of both softmaxes and the log-sum-exp; the truth is SciPy's float64."""
    z = z.astype("float32").astype("float64")
    truth, total = scipy.special.softmax(z, axis=1), scipy.special.logsumexp(z, axis=1)
    got = [ops.convert_to_numpy(f(z.astype("float32"))) for f in (naive_softmax, softmax, log_sum_exp)]
    naive, stable = (np.abs(p / truth - 1).max() for p in got[:2])
    return naive, stable, (np.abs(got[2] - total) / np.maximum(1, np.abs(total))).max()
