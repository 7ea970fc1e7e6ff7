"""Bayesian optimization against random search: simple regret on Branin and on Hartmann's function."""

import numpy as np

from course import figures
from units.u06_tricks_of_the_trade import benchmark_functions as functions
from units.u06_tricks_of_the_trade.bayesian_search import bayesian_search
from units.u06_tricks_of_the_trade.intervals import half_width
from units.u06_tricks_of_the_trade.search import random_search

PROBLEMS = {
    "branin": (functions.branin, functions.BRANIN_SPACE, functions.BRANIN_MINIMUM, 22),
    "hartmann6": (functions.hartmann6, functions.HARTMANN6_SPACE, functions.HARTMANN6_MINIMUM, 34),
}

TITLES = {"branin": "Branin, 2 variables", "hartmann6": "Hartmann, 6 variables"}


def run(r):
    seeds = r.pick(quick=5, full=20)
    rows = []
    _, axes = r.figure("regret", 1, 2, size=(10.8, 3.9))
    for ax, (name, (f, space, minimum, budget)) in zip(axes, PROBLEMS.items(), strict=True):
        budget = r.pick(quick=budget, full=2 * budget)
        regrets = {"Bayesian": [], "random": []}
        for seed in range(r.seed, r.seed + seeds):
            ours = bayesian_search(
                f, space, budget, np.random.default_rng(seed), refit=r.pick(quick=2, full=1)
            )
            chance = random_search(f, space, budget, np.random.default_rng([seed, 1]))
            regrets["Bayesian"].append(ours.best_so_far() - minimum)
            regrets["random"].append(chance.best_so_far() - minimum)
        regrets = {method: np.maximum(values, 1e-9) for method, values in regrets.items()}
        for (method, values), colour in zip(regrets.items(), ("blue", "orange"), strict=True):
            logs = np.log10(values)
            middle, half = logs.mean(axis=0), half_width(logs)
            steps = np.arange(1, budget + 1)
            ax.plot(steps, 10**middle, color=figures.COLOURS[colour], label=f"{method} search")
            ax.fill_between(
                steps, 10 ** (middle - half), 10 ** (middle + half), color=figures.COLOURS[colour], alpha=0.2
            )
            ends = 10 ** (middle[-1] - half[-1]), 10 ** (middle[-1] + half[-1])
            rows.append([name, method, budget, f"{10 ** middle[-1]:.3g}", f"{ends[0]:.2g} … {ends[1]:.2g}"])
            r.metric(f"{name}_{method.lower()}", values[:, -1].mean())
        gain = np.log10(regrets["random"][:, -1] / regrets["Bayesian"][:, -1])
        r.metric(f"{name}_gain_at_least", gain.mean() - half_width(gain))
        ax.set(yscale="log", title=TITLES[name], xlabel="evaluations", ylabel="best cost − minimum")
        ax.legend()
    title = f"Simple regret, geometric mean of {seeds} seeds with its 95% interval (Student, in log₁₀)"
    r.table(["function", "search", "evaluations", "regret", "interval"], rows, title=title)
    r.log(
        "The gain is log₁₀ of the ratio of regrets, seed by seed; …_at_least is the lower end of its interval."
    )
