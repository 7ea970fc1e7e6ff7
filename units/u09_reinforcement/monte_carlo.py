"""Values of a policy as means of returns: first-visit Monte Carlo (§8.4)."""

import numpy as np

from units.u09_reinforcement.episodes import returns_of
from units.u09_reinforcement.step_sizes import decaying, step_size


def monte_carlo(episodes, states, gamma, alpha=None, V=None):
    """Move the value of each state towards the return after its first visit in an episode.

        V(s) ← V(s) + α (G_t − V(s)),   t the first time with s_t = s

    Args:
        episodes: lists of ``Step``, in the order in which they were seen.
        states: number of states.
        gamma: γ in [0, 1].
        alpha: α, a number in (0, 1] or a function of the number of visits; None is 1/n, the mean of the returns.
        V: first values, shape (states,); zeros if None.

    Returns:
        V after each episode, shape (episodes, states).

    Raises:
        ValueError: γ outside [0, 1], or α outside (0, 1].

    References: Sutton, Barto (2018), §5.1.
    """
    alpha = step_size(decaying() if alpha is None else alpha)
    V = (
        [0.0] * states if V is None else [float(v) for v in V]
    )  # a list: single entries are faster than an array's
    visits, history = [0] * states, []
    for steps in episodes:
        first = {}
        for step, G in zip(steps, returns_of(steps, gamma), strict=True):
            first.setdefault(step.s, G)
        for s, G in first.items():
            visits[s] += 1
            V[s] += alpha(visits[s]) * (G - V[s])
        history.append(list(V))
    return np.array(history)
