"""A random walk on a line: a decision process whose values are known (§8.4)."""

import numpy as np

from units.u09_reinforcement.mdp import MDP


def random_walk(states=19):
    """Make a row of states 1, …, n between two ends, state 0 with the reward −1 and state n + 1 with the reward 1.

    Actions 0 and 1 go one step to the left and to the right. Under the uniform policy and γ = 1 the values are

        V(s) = 2 s / (n + 1) − 1

    Args:
        states: n ≥ 1.

    Returns:
        An ``MDP`` with n + 2 states.

    References: Sutton, Barto (2018), examples 6.2 and 7.1.
    """
    if states < 1:
        raise ValueError(f"A walk needs at least one state between its ends, not {states}.")
    P, R = np.zeros((2, states + 2, 2, states + 2))
    P[0, :, 0] = P[-1, :, -1] = 1
    for s in range(1, states + 1):
        P[s, 0, s - 1] = P[s, 1, s + 1] = 1
    R[1, 0, 0], R[states, 1, -1] = -1, 1
    return MDP(P, R, gamma=1.0)


def random_walk_values(states=19):
    """The values of the inner states under the uniform policy, shape (states,)."""
    return 2 * np.arange(1, states + 1) / (states + 1) - 1
