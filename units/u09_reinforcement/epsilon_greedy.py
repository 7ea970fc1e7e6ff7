"""ε-greedy: the best arm so far, and with probability ε any arm (§8.4)."""

import numpy as np

from units.u09_reinforcement.bandit import largest_index


def epsilon_greedy(known, rng, epsilon=0.1):
    """Choose the arm with the largest mean so far; with probability ε an arm at random.

        a_t = argmax_a sums_a / N_a  with probability 1 − ε,   otherwise uniform over the K arms

    An arm that was never pulled goes first. A constant ε costs ε · mean_a Δ_a at every step for ever: its regret grows
    linearly.

    Args:
        known: ``Statistics`` of shape (runs, actions).
        rng: a NumPy generator.
        epsilon: ε in [0, 1].

    Returns:
        The arms, shape (runs,).

    Raises:
        ValueError: ε is no probability.

    References: Sutton, Barto, "Reinforcement Learning" (2018), §2.2.
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon must lie in [0, 1], not {epsilon}.")
    counts, sums = known
    mean = np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
    explore = rng.random(len(counts)) < epsilon
    return np.where(explore, rng.integers(counts.shape[1], size=len(counts)), largest_index(mean, rng))
