"""SARSA: learn the values of the policy that acts (§8.4)."""

from units.u09_reinforcement.control import td_control


def sarsa(mdp, start, episodes, alpha, epsilon, rng, most=10_000):
    """Learn from s, a, r, s', a': the next action is the one that will be taken.

        Q(s, a) ← Q(s, a) + α (r + γ Q(s', a') − Q(s, a))

    The values are those of the ε-greedy policy itself, with its random actions: near a cliff they are low.

    Args:
        mdp, start, episodes, alpha, epsilon, rng, most: as in ``td_control``.

    Returns:
        ``Learned``.

    References: Rummery, Niranjan, "On-line Q-learning using connectionist systems" (1994); Sutton, Barto (2018), §6.4.
    """
    return td_control(mdp, start, episodes, lambda values, a: values[a], alpha, epsilon, rng, most)
