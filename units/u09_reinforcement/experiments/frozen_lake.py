"""The optimal policy on a slippery lake, by planning and by Q-learning (§8.4)."""

import numpy as np

from units.u09_reinforcement.grid_picture import draw_grid
from units.u09_reinforcement.grid_world import frozen_lake
from units.u09_reinforcement.policy_evaluation import policy_values
from units.u09_reinforcement.q_learning import q_learning
from units.u09_reinforcement.step_sizes import decaying
from units.u09_reinforcement.value_iteration import value_iteration


def run(r):
    world, to_the_goal = frozen_lake(), frozen_lake(gamma=1.0)
    with r.model("goal_planned", world.ends.size):
        exact = value_iteration(world)
    cells = np.flatnonzero(~world.ends)

    def anywhere(rng):
        """Each episode begins in a random cell, so that all pairs are visited often."""
        return int(rng.choice(cells))

    episodes = r.pick(quick=6000, full=200_000)
    slow = q_learning(world, anywhere, episodes, decaying(1.0), 0.5, r.rng)
    with r.model("goal_learned") as record:
        found = q_learning(world, anywhere, episodes, decaying(0.55), 0.5, r.rng)
    record.parameters = found.Q.size
    V = found.Q.max(axis=-1)
    r.metric("largest_error", np.abs(V - exact.V).max())
    r.metric("largest_error_of_means", np.abs(slow.Q.max(axis=-1) - exact.V).max())
    # with γ = 1 the value of a policy is its probability of reaching the goal
    for name, policy in (("planned", exact.policy), ("learned", found.policy)):
        r.metric(f"goal_{name}", policy_values(to_the_goal, policy)[world.start])
    r.metric("goal_best_possible", value_iteration(to_the_goal).V[world.start])
    r.log(f"value iteration needs {exact.iterations} sweeps, Q-learning had {episodes:,} episodes")
    _, axes = r.figure("policies", 1, 2, size=(9, 4.8))
    equal = np.isclose(exact.Q, exact.V[:, None])  # an arrow for each of several best actions
    for ax, title, values, policy in (
        (axes[0], "Planning: V* and π*", exact.V, equal / equal.sum(axis=1, keepdims=True)),
        (axes[1], f"Q-learning, {episodes:,} episodes", V, found.policy),
    ):
        draw_grid(ax, world, values, policy, low=0, high=1)
        ax.set_title(title)
