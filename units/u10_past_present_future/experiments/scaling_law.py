"""A learner whose exponents are known: what fits of a scaling law find (§1.1)."""

from functools import cache

import numpy as np
from scipy.special import zeta

from course.figures import COLOURS
from units.u10_past_present_future.scaling_law import fit_scaling_law, resampled_laws

A = 0.5  # fact k is asked with probability ∝ k^{−(1 + A)}; then α_N = A and α_D = A / (1 + A)
FLOOR = 0.05  # share of the questions that have no right answer
SIZES, DATA = 2.0 ** np.arange(3, 12), 4 ** np.arange(4, 11)


def error(facts, N):
    """The share of questions that are answered wrongly with the N most frequent facts, of those that were seen."""
    known = np.cumsum(facts ** -(1 + A)) / zeta(1 + A)
    return 1 - (1 - FLOOR) * np.append(0, known)[np.searchsorted(facts, N, side="right")]


def run(r):
    streams = [r.rng.zipf(1 + A, size=DATA[-1]) for _ in range(r.pick(quick=3, full=20))]

    @cache  # the same amounts of data come again with other sizes
    def seen(D):
        facts = [np.unique(stream[:D]).astype("float64") for stream in streams]
        return [each[each > 0] for each in facts]

    def cost(N, D):
        return np.mean([error(facts, N) for facts in seen(int(D))], axis=0)

    C = np.stack([cost(SIZES, D) for D in DATA])
    N, D = np.meshgrid(SIZES, DATA)
    # one variable at a time: nearly endless data, and a model without a limit
    by_N = fit_scaling_law(SIZES, C[-1])
    by_D = fit_scaling_law(DATA, [cost(np.inf, n) for n in DATA])
    joint = fit_scaling_law(N.ravel(), C.ravel(), D.ravel())
    laws = resampled_laws(joint, N.ravel(), C.ravel(), D.ravel(), r.pick(quick=20, full=200), r.seed)
    low, high = np.quantile(laws, [0.05, 0.95], axis=0)
    rows = [["floor C_∞", FLOOR, by_N.floor, joint.floor, low[0], high[0]]]
    rows += [["α_N", A, by_N.alpha_N, joint.alpha_N, low[2], high[2]]]
    rows += [["α_D", A / (1 + A), by_D.alpha_N, joint.alpha_D, low[4], high[4]]]
    r.metric("exponent_size", by_N.alpha_N)
    r.metric("exponent_data", by_D.alpha_N)
    r.metric("floor", by_N.floor)
    r.metric("exponent_data_joint", joint.alpha_D)
    # the best division of a budget, found at constant F = 6 N D: the bottom of a parabola in log N
    budgets, best, curves = 6 * 4.0 ** np.arange(9, 14), [], []
    for F in budgets:
        sizes = F / 6 / 2.0 ** np.arange(6, 21)
        sizes = sizes[(sizes >= 2) & (sizes <= 4 * SIZES[-1])][::-1]
        costs = np.array([cost(n, F / 6 / n) for n in sizes])
        near = np.abs(np.arange(len(sizes)) - costs.argmin()) <= 2
        curve = np.polyfit(np.log(sizes[near]), costs[near], 2)
        best.append(np.exp(-curve[1] / (2 * curve[0])))
        curves.append((sizes, costs))
    measured = np.polyfit(np.log(budgets), np.log(best), 1)[0]
    limits = by_D.alpha_N / (by_N.alpha_N + by_D.alpha_N)
    r.metric("growth_of_size_measured", measured)
    r.metric("growth_of_size_from_limits", limits)
    r.metric("growth_of_size_joint", joint.alpha_D / (joint.alpha_N + joint.alpha_D))
    columns = ["constant", "true", "one variable", "both", "5%", "95%"]
    r.table(
        columns, [[row[0], *(f"{value:.3f}" for value in row[1:])] for row in rows], "Constants of the law"
    )
    r.log(f"the best N grows as F^a: a = {A / (1 + A) / (A + A / (1 + A)):.3f} in theory, {measured:.3f} measured, "
          f"{limits:.3f} from the exponents of one variable")  # fmt: skip
    draw(r, C, joint, curves, budgets, best)


def draw(r, C, joint, curves, budgets, best):
    """Cost by size for each amount of data; cost by size at constant budget, with its minima."""
    _, (left, right) = r.figure("law", 1, 2, size=(11, 4.4), sharey=True)
    colours = [COLOURS[name] for name in ("purple", "red", "orange", "green", "sky", "blue", "black")]
    for costs, D, colour in zip(C, DATA, colours, strict=True):
        left.loglog(SIZES, costs, "o", color=colour, markersize=4, label=f"{D:,}")
        left.loglog(SIZES, joint.cost(SIZES, D), color=colour, linewidth=1)
    left.set(title="Runs, and the fit of all", xlabel="N, facts that fit in", ylabel="error on new questions")
    left.legend(title="D, samples", ncols=2)
    for (sizes, costs), F, colour in zip(curves, budgets, colours, strict=False):
        right.loglog(sizes, costs, "o-", color=colour, markersize=4, label=f"{F / 1e6:.1f}")
    bottoms = [
        np.interp(np.log(n), np.log(sizes), costs) for n, (sizes, costs) in zip(best, curves, strict=True)
    ]
    right.loglog(best, bottoms, "kD", markersize=7, label="minimum")
    right.set(title="The same budget, divided", xlabel="N, facts that fit in")
    right.legend(title="F = 6 N D, in 10⁶", ncols=2, loc="upper right")
