"""The chain of a policy on a grid forgets where it began (§8.4)."""

import numpy as np

from units.u09_reinforcement.grid_world import GridWorld
from units.u09_reinforcement.markov_chain import (
    chain_of_policy,
    distances_to_stationary,
    stationary_distribution,
)

POLICY = [0.15, 0.3, 0.4, 0.15]  # left, down, right, up
STEPS = 80


def run(r):
    world = GridWorld(["S....", ".....", ".....", "....."], 0.9, {})
    P, _ = chain_of_policy(world, np.tile(POLICY, (world.states, 1)))
    d = stationary_distribution(P)
    first = np.eye(world.states)[world.start]
    distances = distances_to_stationary(P, first, STEPS)
    second = np.sort(np.abs(np.linalg.eigvals(P)))[-2]
    r.metric("factor_of_a_step", distances[STEPS] / distances[STEPS - 1])
    r.metric("second_eigenvalue", second)

    until, s, steps = P.cumsum(axis=1), world.start, r.pick(quick=40_000, full=1_000_000)
    until[:, -1] = 1
    visits = np.zeros(world.states)
    for u in r.rng.random(steps):
        s = until[s].searchsorted(u, side="right")
        visits[s] += 1
    r.metric("largest_difference_of_shares", np.abs(visits / steps - d).max())

    fig, axes = r.figure("distribution", 1, 4, size=(11, 3.2), gridspec_kw={"width_ratios": [1, 1, 1, 1.6]})
    for ax, t in zip(axes[:3], (3, 10, STEPS), strict=True):
        now = (first @ np.linalg.matrix_power(P, t)).reshape(world.cells.shape)
        image = ax.imshow(now, vmin=0, vmax=d.max(), cmap="viridis")
        ax.set(title=f"after {t} steps", xticks=[], yticks=[])
        ax.grid(visible=False)
    fig.colorbar(image, ax=axes[2], shrink=0.6, label="probability")
    t = np.arange(STEPS + 1)
    axes[3].semilogy(t, distances, label="measured")
    axes[3].semilogy(t, distances[20] * second ** (t - 20.0), "k--", label=f"factor {second:.2f} a step")
    axes[3].set(title="Distance to the distribution d", xlabel="step t", ylabel="distance")
    axes[3].legend()
