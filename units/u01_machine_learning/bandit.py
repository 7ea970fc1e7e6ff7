"""Reinforcement learning at its smallest: a bandit with ε-greedy choice (§1.3).

No label says which arm is right. The learner pulls an arm, sees the reward of this arm only, and estimates the rest.
"""

from collections import namedtuple

import numpy as np
from keras import ops

import course
from course.validation import floats, numbers, targets

Play = namedtuple("Play", "rewards best values counts")


def update_values(values, counts, chosen, reward):
    """Update the running mean of the arm that was pulled.

    N_a ← N_a + 1,   Q_a ← Q_a + (r − Q_a) / N_a   for the chosen arm a; the others stay.

    Args:
        values: Q, the estimated mean rewards, shape (batch, actions).
        counts: N, how often each arm was pulled, shape (batch, actions).
        chosen: one-hot choice, shape (batch, actions).
        reward: r, shape (batch,) or (batch, 1).

    Returns:
        The new ``(values, counts)``.

    Example:
        >>> values, counts = update_values([[1.0, 0.0]], [[1.0, 0.0]], [[1.0, 0.0]], [3.0])
        >>> print(ops.convert_to_numpy(values), ops.convert_to_numpy(counts))
        [[2. 0.]] [[2. 0.]]
    """
    values = floats(values)
    counts = targets(counts, values, name="counts", low=0)
    chosen = targets(chosen, values, name="chosen", low=0, high=1)
    return _updated(values, counts, chosen, targets(reward, values[:, 0], name="reward"))


def _updated(values, counts, chosen, reward):
    # N_a ← N_a + 1
    counts = counts + chosen
    # Q_a ← Q_a + (r − Q_a) / N_a
    return values + chosen * (reward[:, None] - values) / ops.maximum(counts, 1.0), counts


def play_bandit(means, epsilon, steps, runs, rng):
    """Play many bandits side by side and record the average reward.

    a = argmax_a Q_a with probability 1 − ε, otherwise any arm;   r ~ N(μ_a, 1)

    Args:
        means: μ, the true mean rewards, shape (actions,); the learner never sees them.
        epsilon: ε in [0, 1], the share of exploration.
        steps: how many times each learner acts.
        runs: number of independent learners.
        rng: a NumPy generator.

    Returns:
        ``Play(rewards, best, values, counts)``: the mean reward and the share of learners that pulled the
        best arm, both of shape (steps,); the final Q and N, shape (runs, actions).

    Raises:
        ValueError: if ε is not a probability.

    References: Sutton and Barto, Reinforcement Learning, 2018, §2.2–2.4.
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon is a probability, got {epsilon}.")
    means = numbers(means, name="means")
    mu = ops.convert_to_tensor(means, "float32")
    arms, optimum = mu.shape[0], int(np.argmax(means))
    values, counts = ops.zeros((runs, arms)), ops.zeros((runs, arms))
    rewards, best = [], []
    for _ in range(steps):
        # a = argmax_a Q_a with probability 1 − ε, otherwise any arm
        explore = ops.convert_to_tensor(rng.uniform(size=(runs, 1)) < epsilon, "float32")
        anywhere = ops.convert_to_tensor(np.eye(arms)[rng.integers(arms, size=runs)], "float32")
        # Noise that is far smaller than every reward decides between equal values, not the order of the arms.
        jitter = ops.convert_to_tensor(1e-6 * rng.uniform(size=(runs, arms)), "float32")
        noise = ops.convert_to_tensor(rng.normal(size=runs), "float32")
        chosen, r, values, counts = _pull(values, counts, mu, explore, anywhere, jitter, noise)
        rewards.append(ops.convert_to_numpy(r).mean())
        best.append(ops.convert_to_numpy(chosen)[:, optimum].mean())
    return Play(np.stack(rewards), np.stack(best), ops.convert_to_numpy(values), ops.convert_to_numpy(counts))


@course.compiled
def _pull(values, counts, mu, explore, anywhere, jitter, noise):
    # argmax_a Q_a with probability 1 − ε, otherwise any arm
    greedy = ops.one_hot(ops.argmax(values + jitter, axis=1), mu.shape[0], dtype="float32")
    chosen = explore * anywhere + (1 - explore) * greedy
    # r ~ N(μ_a, 1)
    r = ops.sum(chosen * mu, axis=1) + noise
    return chosen, r, *_updated(values, counts, chosen, r)
