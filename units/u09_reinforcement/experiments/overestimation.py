"""A maximum over noisy values is too large, and a second estimate that values it cures that (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.overestimation import expected_maximum, maximization_bias

CORRELATIONS = {1.0: "one estimate (Q-learning)", 0.5: "correlation 1/2", 0.0: "independent (double)"}


def measured(actions, c, draws, rng):
    """Mean of Q₂(argmax_a Q₁(a)) where all true values are 0, and its standard error."""
    first, other = rng.normal(size=(2, draws, actions))
    second = c * first + np.sqrt(1 - c**2) * other
    values = second[np.arange(draws), first.argmax(1)]
    return values.mean(), values.std() / np.sqrt(draws)


def run(r):
    numbers = (2, 4, 8, 16, 32, 64)
    rows, worst = [], 0.0
    _, (left, right) = r.figure("overestimation", 1, 2, size=(10, 4.2))
    for (c, label), colour, marker in zip(
        CORRELATIONS.items(), ("red", "orange", "blue"), "sDo", strict=True
    ):
        found = [measured(n, c, r.pick(quick=4000, full=200_000), r.rng) for n in numbers]
        exact = [expected_maximum(n, correlation=c) for n in numbers]
        worst = max(worst, *[abs(m - e) / error for (m, error), e in zip(found, exact, strict=True)])
        rows.append([label, *[f"{m:.3f} ({e:.3f})" for (m, _), e in zip(found, exact, strict=True)]])
        left.plot(numbers, exact, color=figures.COLOURS[colour])
        left.plot(numbers, [m for m, _ in found], marker, color=figures.COLOURS[colour], label=label)
        r.metric(f"bias_of_64_actions_{c:g}".replace(".", "_"), found[-1][0])
    r.metric("largest_gap_in_standard_errors", worst)
    r.table(
        ["estimates", *[f"n = {n}" for n in numbers]],
        rows,
        title="Mean overestimation in σ, measured (closed form)",
    )
    left.set(
        title="Value of the chosen action (truth: 0)",
        xlabel="number of actions n",
        ylabel="mean overestimation (σ)",
        xscale="log",
    )
    left.set_xticks(numbers, [str(n) for n in numbers])
    left.minorticks_off()
    left.legend()
    for double, label, colour in ((False, "Q-learning", "red"), (True, "double Q-learning", "blue")):
        share = maximization_bias(r.rng, double, runs=r.pick(quick=1000, full=10_000))
        right.plot(100 * share, color=figures.COLOURS[colour], label=label)
        name = "double" if double else "single"
        r.metric(f"left_{name}_early", share[10:60].mean())
        r.metric(f"left_{name}_late", share[-50:].mean())
    right.axhline(5, color=figures.COLOURS["grey"], linestyle=":", label="best possible with ε = 0.1")
    right.set(
        title="A trap with noisy rewards",
        xlabel="episode",
        ylabel="runs that choose the trap (%)",
        ylim=(0, 100),
    )
    right.legend()
