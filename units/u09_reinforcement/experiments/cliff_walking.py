"""At the cliff SARSA learns the safe path and Q-learning the short one (§8.4)."""

import numpy as np

from course import figures
from units.u09_reinforcement.grid_picture import draw_grid
from units.u09_reinforcement.grid_world import cliff_walk
from units.u09_reinforcement.q_learning import q_learning
from units.u09_reinforcement.sarsa import sarsa
from units.u09_reinforcement.value_iteration import value_iteration

METHODS = {"SARSA": sarsa, "Q-learning": q_learning}
COLOURS = {"SARSA": figures.COLOURS["blue"], "Q-learning": figures.COLOURS["orange"]}
EPISODES, ALPHA, EPSILON, WINDOW = 500, 0.5, 0.1, 20


def run(r):
    world, runs = cliff_walk(), r.pick(quick=12, full=200)
    learned = {name: [] for name in METHODS}
    for name, learn in METHODS.items():
        for _ in range(runs):
            with r.model("return_" + name.lower().replace("-", "_"), 48 * 4):  # Q(s, a)
                learned[name].append(learn(world, world.start, EPISODES, ALPHA, EPSILON, r.rng))
    returns = {name: np.array([each.returns for each in found]) for name, found in learned.items()}
    soft = value_iteration(world, epsilon=EPSILON)
    # the share of runs whose greedy path is mostly in row 2, next to the cliff
    edge = {
        name: np.mean([np.mean([s // 12 == 2 for s in world.path(each.policy)]) > 0.5 for each in found])
        for name, found in learned.items()
    }
    for name, key in (("SARSA", "sarsa"), ("Q-learning", "q_learning")):
        r.metric(f"return_{key}", returns[name][:, -200:].mean())
        r.metric(f"along_the_edge_{key}", edge[name])
    r.metric("exact_return_of_the_best_path_with_exploration", soft.V[world.start])
    r.metric("exact_return_of_the_best_path", value_iteration(world).V[world.start])

    _, ax = r.figure("returns", size=(7.5, 4.2))
    for name, each in returns.items():
        smooth = np.apply_along_axis(np.convolve, 1, each, np.ones(WINDOW) / WINDOW, "valid")
        low, high = np.percentile(smooth, [25, 75], axis=0)
        x = np.arange(WINDOW, EPISODES + 1)
        ax.plot(x, smooth.mean(axis=0), color=COLOURS[name], label=name)
        ax.fill_between(x, low, high, color=COLOURS[name], alpha=0.2, linewidth=0)
    ax.axhline(soft.V[world.start], color="black", linestyle="--", label="best possible with ε = 0.1")
    ax.set(
        title=f"Mean return of {WINDOW} episodes: mean and middle half of {runs} runs",
        xlabel="episode",
        ylabel="return",
        ylim=(-100, 0),
    )
    ax.legend(loc="lower right")
    _, axes = r.figure("paths", 2, 1, size=(8.4, 5.7))
    for ax, (name, found) in zip(axes, learned.items(), strict=True):
        Q = np.mean([each.Q for each in found], axis=0)
        draw_grid(ax, world, Q.max(axis=-1), Q.argmax(axis=-1), digits=0, low=-18, high=-1)
        ax.set_title(f"{name}: values and actions, mean of {runs} runs")
