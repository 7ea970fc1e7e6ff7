"""The bandit against plain arithmetic and what theory says about exploration."""

import numpy as np
import pytest
from keras import ops

from units.u01_machine_learning.bandit import play_bandit, update_values


def test_update_is_the_running_mean_of_each_arm():
    rng = np.random.default_rng(0)
    arms, rewards = rng.integers(3, size=(40, 2)), rng.normal(size=(40, 2))
    values, counts = ops.zeros((2, 3)), ops.zeros((2, 3))
    for a, r in zip(arms, rewards, strict=True):
        values, counts = update_values(values, counts, np.eye(3)[a], r)
    for learner in range(2):
        for arm in range(3):
            seen = rewards[arms[:, learner] == arm, learner]
            assert ops.convert_to_numpy(counts)[learner, arm] == len(seen)
            assert np.isclose(ops.convert_to_numpy(values)[learner, arm], seen.mean(), atol=1e-5)


def test_full_exploration_earns_the_mean_of_the_arms():
    result = play_bandit([0.0, 1.0, 5.0], epsilon=1.0, steps=60, runs=300, rng=np.random.default_rng(1))
    assert abs(result.rewards.mean() - 2.0) < 0.06  # standard deviation of the mean: 0.018
    assert abs(result.best.mean() - 1 / 3) < 0.02
    assert np.array_equal(result.counts.sum(axis=1), np.full(300, 60))


def test_a_little_exploration_beats_none():
    means = [0.1, 0.5, 1.5, 0.8]
    greedy, curious = (
        play_bandit(means, epsilon, steps=200, runs=300, rng=np.random.default_rng(2))
        for epsilon in (0.0, 0.1)
    )
    assert curious.best[-50:].mean() > 0.7 > greedy.best[-50:].mean()
    assert np.isclose(curious.values[:, 2].mean(), 1.5, atol=0.15)


def test_epsilon_is_a_probability():
    with pytest.raises(ValueError, match="probability"):
        play_bandit([0.0, 1.0], epsilon=1.1, steps=1, runs=1, rng=np.random.default_rng(0))
