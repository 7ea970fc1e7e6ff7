"""A bandit with Bernoulli rewards, many runs of it at once, and the regret (§8.4)."""

from typing import NamedTuple

import numpy as np


class BernoulliBandit:
    """K arms; arm a pays 1 with probability μ_a and 0 otherwise.

        gap of arm a:  Δ_a = μ* − μ_a,   μ* = max_a μ_a

    Args:
        means: μ, K ≥ 2 numbers in [0, 1], shape (actions,).

    Raises:
        ValueError: fewer than two arms, or a mean that is no probability.
    """

    def __init__(self, means):
        self.means = probabilities(means)
        if self.means.ndim != 1 or len(self.means) < 2:
            raise ValueError(
                f"A bandit needs the means of at least two arms, shape (actions,), not {self.means.shape}."
            )
        self.gaps = self.means.max() - self.means

    def pull(self, arms, rng):
        """Draw one reward for each of the chosen arms: 0.0 or 1.0, of the shape of ``arms``."""
        return (rng.random(np.shape(arms)) < self.means[arms]).astype("float64")


def probabilities(means):
    """A new float64 array of the means of Bernoulli rewards; ValueError unless each lies in [0, 1]."""
    means = np.array(means, "float64")
    if not ((means >= 0) & (means <= 1)).all():
        raise ValueError("Each mean of a Bernoulli bandit must lie in [0, 1].")
    return means


class Statistics(NamedTuple):
    """What a rule may know of the past: for each run the number of pulls and the sum of the rewards of each arm.

    counts: N, shape (runs, actions). sums: shape (runs, actions), so that the mean of an arm is sums / counts.
    """

    counts: np.ndarray
    sums: np.ndarray


def play(bandit, rule, steps, runs, rng):
    """Play a bandit several times, all runs at once.

    Args:
        bandit: a ``BernoulliBandit``, or another object with ``means`` and ``pull``.
        rule: a function of ``(Statistics, rng)`` that returns one arm for each run, shape (runs,).
        steps: pulls of a run.
        runs: number of independent runs.
        rng: a NumPy generator.

    Returns:
        The chosen arms, shape (runs, steps).

    Raises:
        ValueError: no step or no run.
    """
    if steps < 1 or runs < 1:
        raise ValueError(f"steps and runs must be at least 1, not {steps} and {runs}.")
    known = Statistics(*np.zeros((2, runs, len(bandit.means))))
    chosen, run = np.empty((runs, steps), int), np.arange(runs)
    for t in range(steps):
        arms = rule(known, rng)
        known.sums[run, arms] += bandit.pull(arms, rng)
        known.counts[run, arms] += 1
        chosen[:, t] = arms
    return chosen


def regret(bandit, arms):
    """The regret after each step: what the best arm would have paid more, in expectation.

        Regret_t = ∑_{k ≤ t} Δ_{a_k}

    The gaps stand in place of the drawn rewards: the mean is the same, and the noise of the rewards is gone.

    Args:
        bandit: has the ``gaps`` of its arms, shape (actions,).
        arms: chosen arms, shape (runs, steps).

    Returns:
        shape (runs, steps).

    Raises:
        ValueError: an arm that the bandit does not have.
    """
    arms = np.asarray(arms)
    if not np.isin(arms, np.arange(len(bandit.gaps))).all():
        raise ValueError(f"arms must be whole numbers from 0 to {len(bandit.gaps) - 1}.")
    return np.cumsum(bandit.gaps[arms], axis=-1)


def largest_index(index, rng):
    """The arm with the largest index of each run; among equal ones a random one, so that no arm is preferred."""
    tied = index == index.max(axis=-1, keepdims=True)
    return np.argmax(tied * rng.random(index.shape), axis=-1)
