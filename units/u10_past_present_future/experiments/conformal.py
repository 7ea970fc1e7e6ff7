"""Sets of classes that hold the truth in 90% of the cases: promised, proved, and counted in 1,000 splits (§8.5, ☆)."""

import keras
import numpy as np
from scipy.ndimage import rotate

from course.figures import COLOURS
from units.u10_past_present_future.deep_ensemble import DeepEnsemble
from units.u10_past_present_future.split_conformal import (
    class_scores,
    conformal_quantile,
    coverage_distribution,
    prediction_sets,
)

ALPHA, CALIBRATION, SPLITS = 0.1, 300, 1000


def run(r):
    d = r.data()
    order = r.rng.permutation(1437)
    x, y = d.features("train")[order], d.labels("train")[order]
    model = DeepEnsemble(1, [16], 10)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(x[:150], y[:150], batch_size=50, epochs=r.pick(quick=15, full=40), verbose=0)
    pool, truth = np.concatenate([x[150:], d.features("test")]), np.concatenate([y[150:], d.labels("test")])
    p = model.probabilities(pool)[0]
    r.metric("accuracy", np.mean(p.argmax(axis=1) == truth))
    s = class_scores(p)[np.arange(len(truth)), truth]
    covered = []
    for _ in range(SPLITS):
        split = r.rng.permutation(len(s))
        covered.append(np.mean(s[split[CALIBRATION:]] <= conformal_quantile(s[split[:CALIBRATION]], ALPHA)))
    r.metric("mean_coverage", np.mean(covered))
    n_new = len(s) - CALIBRATION
    promised = coverage_distribution(CALIBRATION, ALPHA)
    # of a beta variable B, and of n_new draws with probability B: Var = Var B + E[B (1 − B)] / n_new
    spread = np.sqrt(promised.var() + (promised.mean() * (1 - promised.mean()) - promised.var()) / n_new)
    r.metric("spread_over_promised", np.std(covered) / spread)
    cal, new = slice(0, CALIBRATION), slice(CALIBRATION, None)
    rows = []
    for name, adaptive in (("plain", False), ("adaptive", True)):
        sets = prediction_sets(p[new], truth[cal], p[cal], ALPHA, adaptive)
        hit = sets[np.arange(n_new), truth[new]]
        by_class = [hit[truth[new] == k].mean() for k in range(10)]
        r.metric(f"size_{name}", sets.sum(axis=1).mean())
        rows.append(
            [
                name,
                f"{100 * hit.mean():.1f}%",
                f"{sets.sum(axis=1).mean():.2f}",
                f"{100 * min(by_class):.0f}%",
            ]
        )
    r.table(
        ["score", "coverage", "mean size of a set", "coverage of the worst class"],
        rows,
        f"{n_new} new digits",
    )
    images = pool[new].reshape(-1, 8, 8)
    turned = rotate(images, 30, axes=(1, 2), reshape=False, order=1).clip(0, 1).reshape(n_new, -1)
    sets = prediction_sets(model.probabilities(turned)[0], truth[cal], p[cal], ALPHA)
    shifted = sets[np.arange(n_new), truth[new]].mean()
    r.metric("coverage_turned", shifted)
    r.log(f"digits turned by 30 degrees are not exchangeable with the others: coverage {100 * shifted:.1f}%")
    _, (left, right) = r.figure("coverage", 1, 2, size=(10.5, 4.2))
    left.hist(covered, bins=25, density=True, color=COLOURS["sky"], label=f"{SPLITS} splits")
    at = np.linspace(0.82, 0.97, 200)
    left.plot(at, promised.pdf(at), color=COLOURS["black"], label="promised")
    left.axvline(1 - ALPHA, color=COLOURS["red"], linestyle="--", label="1 − α")
    left.set(title="Coverage of new digits", xlabel="coverage", ylabel="density")
    left.legend(loc="upper left")
    for adaptive, name, colour, offset in (
        (False, "plain score", "blue", -0.2),
        (True, "adaptive score", "orange", 0.2),
    ):
        size = prediction_sets(p[new], truth[cal], p[cal], ALPHA, adaptive).sum(axis=1)
        counts = np.bincount(size, minlength=7)[:7]
        right.bar(np.arange(7) + offset, 100 * counts / n_new, width=0.4, color=COLOURS[colour], label=name)
    right.set(
        title="How many classes a set has", xlabel="classes in the set", ylabel="share of the digits (%)"
    )
    right.legend()
