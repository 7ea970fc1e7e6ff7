"""The regret of three rules for bandits against theory: linear, or like a logarithm (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.bandit import BernoulliBandit, play, regret
from units.u09_reinforcement.epsilon_greedy import epsilon_greedy
from units.u09_reinforcement.lai_robbins import lai_robbins_constant
from units.u09_reinforcement.thompson_sampling import thompson_sampling
from units.u09_reinforcement.ucb import ucb1, ucb1_bound

MEANS = np.array([0.75, 0.55, 0.5, 0.45, 0.4, 0.4, 0.3, 0.3, 0.2, 0.1])
EPSILON = 0.1
RULES = {"ε-greedy": epsilon_greedy, "UCB1": ucb1, "Thompson sampling": thompson_sampling}
KEYS = {"ε-greedy": "greedy", "UCB1": "ucb1", "Thompson sampling": "thompson"}


def run(r):
    bandit = BernoulliBandit(MEANS)
    steps, runs = r.pick(quick=3000, full=50_000), r.pick(quick=100, full=200)
    regrets = {}
    for name, rule in RULES.items():
        with r.model(f"{KEYS[name]}_regret", 0):
            regrets[name] = regret(bandit, play(bandit, rule, steps, runs, r.rng))
    mean = {name: each.mean(axis=0) for name, each in regrets.items()}
    lowest, highest = lai_robbins_constant(MEANS), ucb1_bound(MEANS, steps)
    t = np.arange(1, steps + 1)

    # ε-greedy: regret of a step in the second half, against ε times the mean gap
    linear = (mean["ε-greedy"][-1] - mean["ε-greedy"][steps // 2 - 1]) / (steps - steps // 2)
    r.metric("greedy_slope_by_theory", linear / (EPSILON * bandit.gaps.mean()))
    r.metric("ucb1_by_its_bound", mean["UCB1"][-1] / highest)
    # growth of the regret over the last factor of 10, by that of the bound of Lai and Robbins
    growth = (mean["Thompson sampling"][-1] - mean["Thompson sampling"][steps // 10 - 1]) / np.log(10)
    r.metric("thompson_growth_by_lai_robbins", growth / lowest)
    for name, key in KEYS.items():
        r.metric(f"{key}_regret", mean[name][-1])
    r.table(
        ["rule", "mean regret", "10% of the runs below", "90% below"],
        [[name, *(f"{v:.1f}" for v in summary(each[:, -1]))] for name, each in regrets.items()],
        title=f"after {steps:,} steps, {runs} runs; {lowest:.2f} ln t is {lowest * np.log(steps):.1f}",
    )

    _, (left, right) = r.figure("regret", 1, 2, size=(10, 4.2))
    shown = np.unique(np.geomspace(1, steps, 300).astype(int)) - 1
    every = np.linspace(0, steps - 1, 300).astype(int)
    for ax, points in ((left, every), (right, shown)):
        for (name, each), colour in zip(regrets.items(), ("blue", "orange", "green"), strict=True):
            low, high = np.percentile(each[:, points], [10, 90], axis=0)
            ax.plot(t[points], mean[name][points], color=figures.COLOURS[colour], label=name)
            ax.fill_between(t[points], low, high, color=figures.COLOURS[colour], alpha=0.15, linewidth=0)
    right.plot(t[shown], lowest * np.log(t[shown]), "k--", label="Lai and Robbins: $c_μ$ ln t")
    left.set(title="Mean regret, and 80% of the runs", xlabel="step t", ylabel="regret")
    right.set(title="The same, logarithmic in t", xlabel="step t", ylabel="regret", xscale="log")
    right.set_ylim(0, 1.15 * mean["UCB1"][-1])
    right.legend()


def summary(last):
    """Mean, 10% and 90% quantile of the regret of the runs."""
    return last.mean(), *np.percentile(last, [10, 90])
