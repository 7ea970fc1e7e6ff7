"""TD(0): values of a policy from the values of the next states (§8.4)."""

import numpy as np

from units.u09_reinforcement.episodes import require_discount
from units.u09_reinforcement.step_sizes import step_size


def temporal_difference(episodes, states, gamma, alpha, V=None):
    """Move the value of each state towards the reward and the value of the next state.

        δ_t = r_t + γ V(s_{t+1}) − V(s_t),   V(s_t) ← V(s_t) + α δ_t

    The value after the end of an episode is 0. The target contains an estimate: TD learns before the episode is over,
    and with less variance, but with a bias until the other values are right.

    Args:
        episodes: lists of ``Step``, in the order in which they were seen.
        states: number of states.
        gamma: γ in [0, 1].
        alpha: α, a number in (0, 1] or a function of the number of visits of the state.
        V: first values, shape (states,); zeros if None.

    Returns:
        V after each episode, shape (episodes, states).

    Raises:
        ValueError: γ outside [0, 1], or α outside (0, 1].

    References: Sutton, "Learning to predict by the methods of temporal differences" (1988); Sutton, Barto (2018), §6.1.
    """
    require_discount(gamma)
    alpha = step_size(alpha)
    V = (
        [0.0] * states if V is None else [float(v) for v in V]
    )  # a list: single entries are faster than an array's
    visits, history = [0] * states, []
    for steps in episodes:
        for s, _, r, next_s, end in steps:
            visits[s] += 1
            delta = r + (0 if end else gamma * V[next_s]) - V[s]
            V[s] += alpha(visits[s]) * delta
        history.append(list(V))
    return np.array(history)
