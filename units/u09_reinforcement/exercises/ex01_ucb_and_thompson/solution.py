"""A bandit with normal rewards: confidence bounds, the posterior of a mean, Thompson sampling, and the regret."""

import numpy as np


def bounds(counts, sums, width):
    """The upper confidence bound of each arm.

    b_a = S_a / N_a + width · √(ln t / N_a),   t = ∑_a N_a,   and b_a = ∞ for an arm with N_a = 0

    Args:
        counts: N, pulls of each arm, shape (runs, actions); t is counted for each run.
        sums: S, sums of the rewards of each arm, shape (runs, actions).
        width: a positive number.

    Returns:
        The bounds, shape (runs, actions).
    """
    t = counts.sum(axis=1, keepdims=True)
    pulls = np.maximum(counts, 1)
    bound = sums / pulls + width * np.sqrt(np.log(np.maximum(t, 1)) / pulls)
    return np.where(counts == 0, np.inf, bound)


def posterior(counts, sums, m0, v0, v):
    """Mean and variance of each arm's mean, given the rewards: 1/v_a = 1/v0 + N_a/v, m_a = v_a (m0/v0 + S_a/v).

    Args:
        counts: N, shape (runs, actions).
        sums: S, shape (runs, actions).
        m0: mean before the first reward, a number.
        v0: variance of the mean before the first reward, a number.
        v: variance of a reward, a number.

    Returns:
        m and v_a, each of shape (runs, actions).
    """
    variance = 1 / (1 / v0 + counts / v)
    return variance * (m0 / v0 + sums / v), variance


def thompson(counts, sums, m0, v0, v, z):
    """The arm that is the best in one draw from the posterior.

    u_a = m_a + √v_a · z_a,   a = argmax_a u_a

    Args:
        counts: N, shape (runs, actions).
        sums: S, shape (runs, actions).
        m0: as in ``posterior``.
        v0: as in ``posterior``.
        v: as in ``posterior``.
        z: draws from the standard normal distribution, shape (runs, actions).

    Returns:
        The arms, integers of shape (runs,).
    """
    mean, variance = posterior(counts, sums, m0, v0, v)
    return np.argmax(mean + np.sqrt(variance) * z, axis=1)


def mean_regret(means, arms):
    """The mean over the runs of the regret after each step: the sum of the gaps of the arms so far.

    Args:
        means: true means of the arms, shape (actions,).
        arms: chosen arms, integers of shape (runs, steps).

    Returns:
        shape (steps,).
    """
    gaps = means.max() - means
    return np.cumsum(gaps[arms], axis=1).mean(axis=0)
