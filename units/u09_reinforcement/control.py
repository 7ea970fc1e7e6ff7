"""What SARSA and Q-learning share: act ε-greedily in a decision process, and learn Q from each step (§8.4)."""

from typing import NamedTuple

import numpy as np

from units.u09_reinforcement.step_sizes import step_size


class Learned(NamedTuple):
    """Learned action values Q, shape (states, actions), and the return of each episode, shape (episodes,)."""

    Q: np.ndarray
    returns: np.ndarray

    @property
    def policy(self):
        """The greedy action of each state, shape (states,)."""
        return self.Q.argmax(axis=-1)


def epsilon_greedy_action(values, epsilon, rng):
    """The action with the largest value (the first of equal ones), and with probability ε any action."""
    return int(rng.integers(len(values)) if rng.random() < epsilon else values.argmax())


def td_control(mdp, start, episodes, target, alpha, epsilon, rng, most=10_000):
    """Learn action values from episodes of an ε-greedy policy.

        Q(s, a) ← Q(s, a) + α (r + γ target(Q(s'), a') − Q(s, a))

    Args:
        mdp: an ``MDP`` with states that end an episode.
        start: the first state of an episode, or a function of ``rng`` that draws it.
        episodes: number of episodes.
        target: a function of the values of the next state, shape (actions,), and of the next action.
        alpha: α, a number in (0, 1] or a function of the number of visits of the pair (s, a).
        epsilon: ε in [0, 1].
        rng: a NumPy generator.
        most: steps after which an episode is cut off.

    Returns:
        ``Learned``; the returns are not discounted.

    Raises:
        ValueError: ε is no probability, or an episode begins in what is no state.
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon must lie in [0, 1], not {epsilon}.")
    alpha, first = step_size(alpha), start if callable(start) else lambda _: start
    Q, visits = np.zeros((2, mdp.states, mdp.actions))
    returns = np.zeros(episodes)
    for i in range(episodes):
        s = first(rng)
        mdp.require_state(s)
        a = epsilon_greedy_action(Q[s], epsilon, rng)
        for _ in range(most):
            if mdp.ends[s]:
                break
            next_s, r = mdp.step(s, a, rng)
            next_a = epsilon_greedy_action(Q[next_s], epsilon, rng)
            visits[s, a] += 1
            # the values of an end are never changed: they stay 0
            Q[s, a] += alpha(visits[s, a]) * (r + mdp.gamma * target(Q[next_s], next_a) - Q[s, a])
            returns[i] += r
            s, a = next_s, next_a
    return Learned(Q, returns)
