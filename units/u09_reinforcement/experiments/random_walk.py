"""Monte Carlo against temporal differences on a walk of 19 states with known values (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.episodes import episode
from units.u09_reinforcement.monte_carlo import monte_carlo
from units.u09_reinforcement.random_walk import random_walk, random_walk_values
from units.u09_reinforcement.temporal_difference import temporal_difference

METHODS = {"Monte Carlo": monte_carlo, "TD(0)": temporal_difference}
COLOURS = {"Monte Carlo": figures.COLOURS["blue"], "TD(0)": figures.COLOURS["orange"]}
ALPHAS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
FEW, MANY, ALPHA = 10, 60, 0.1


def run(r):
    walk, exact, runs = random_walk(), random_walk_values(), r.pick(quick=25, full=300)
    uniform, middle = np.full((walk.states, 2), 0.5), walk.states // 2
    records = [[episode(walk, uniform, middle, r.rng) for _ in range(MANY)] for _ in range(runs)]

    def histories(name, alpha, episodes):
        """Values after each episode, shape (runs, episodes, states)."""
        learn = METHODS[name]
        return np.array([learn(each[:episodes], walk.states, 1.0, alpha)[:, 1:-1] for each in records])

    rms = {
        name: [np.sqrt(((histories(name, a, FEW) - exact) ** 2).mean(axis=-1)).mean() for a in ALPHAS]
        for name in METHODS
    }
    bias, variance = {}, {}
    for name in METHODS:
        V = histories(name, ALPHA, MANY)
        variance[name] = V.var(axis=0, ddof=1).mean(axis=-1)
        # the mean of n runs has the variance σ²/n itself, which is no bias
        bias[name] = ((V.mean(axis=0) - exact) ** 2).mean(axis=-1) - variance[name] / runs
    for name, key in (("Monte Carlo", "monte_carlo"), ("TD(0)", "td")):
        r.metric(f"best_rms_{key}", min(rms[name]))
        r.metric(f"best_alpha_{key}", ALPHAS[int(np.argmin(rms[name]))])
        r.metric(f"bias_after_10_{key}", bias[name][FEW - 1])
        r.metric(f"variance_after_60_{key}", variance[name][-1])
        r.metric(f"error_after_60_{key}", bias[name][-1] + variance[name][-1])

    _, ax = r.figure("step_sizes", size=(8.5, 3.3))
    for name in METHODS:
        ax.semilogx(ALPHAS, rms[name], "o-", color=COLOURS[name], label=name)
    ax.set(
        title=f"Error over the first {FEW} episodes, {runs} runs",
        xlabel="step size α",
        ylabel="RMS error",
        ylim=(0, None),
    )
    ax.legend()
    _, axes = r.figure("bias_and_variance", 1, 2, size=(10, 4), sharey=True)
    for ax, name in zip(axes, METHODS, strict=True):
        n = np.arange(1, MANY + 1)
        ax.stackplot(
            n,
            np.maximum(bias[name], 0),
            variance[name],
            labels=["bias²", "variance"],
            colors=figures.CYCLE[:2],
            alpha=0.7,
        )
        ax.set(title=f"{name}, α = {ALPHA:g}", xlabel="episodes")
    axes[0].set_ylabel("mean squared error")
    axes[1].legend()
