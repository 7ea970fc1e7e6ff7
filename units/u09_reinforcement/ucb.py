"""UCB1: the arm whose mean could be the largest (§8.4)."""

import numpy as np

from units.u09_reinforcement.bandit import largest_index, probabilities


def ucb1(known, rng):
    """Choose the arm with the largest upper confidence bound.

        a_t = argmax_a  sums_a / N_a + √(2 ln t / N_a),   t = ∑_a N_a

    The second term is large for an arm that was pulled rarely: what is not known well may still be the best.

    Args:
        known: ``Statistics`` of shape (runs, actions).
        rng: a NumPy generator, for equal bounds only.

    Returns:
        The arms, shape (runs,); an arm that was never pulled goes first.

    References: Auer, Cesa-Bianchi, Fischer, "Finite-time analysis of the multiarmed bandit problem" (2002).
    """
    counts, sums = known
    pulls = np.maximum(counts, 1)
    t = np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    bound = sums / pulls + np.sqrt(2 * np.log(t) / pulls)
    return largest_index(np.where(counts > 0, bound, np.inf), rng)


def ucb1_bound(means, steps):
    """An upper bound of UCB1's mean regret after n steps, for rewards in [0, 1].

        Regret_n ≤ 8 ∑_{a: Δ_a > 0} ln n / Δ_a + (1 + π²/3) ∑_a Δ_a,   where π is the number 3.14…

    Args:
        means: μ in [0, 1], shape (actions,).
        steps: n ≥ 1, a number or an array.

    Raises:
        ValueError: a mean outside [0, 1], or fewer than one step.

    References: Auer, Cesa-Bianchi, Fischer (2002), theorem 1.
    """
    if not np.all(np.asarray(steps) >= 1):
        raise ValueError(f"The bound holds from one step on: steps must be at least 1, not {steps}.")
    means = probabilities(means)
    gaps = means.max() - means
    worse = gaps[gaps > 0]
    return 8 * np.log(steps) * np.sum(1 / worse) + (1 + np.pi**2 / 3) * worse.sum()
