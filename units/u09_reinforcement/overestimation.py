"""A maximum of noisy estimates is too large on average: why one network chooses and another one values (§8.4)."""

import numpy as np
from scipy import integrate, stats

from units.u03_optimization.hyperparameters import check_positive, check_size


def expected_maximum(actions, sigma=1.0, correlation=1.0):
    """E[Q₂(argmax_a Q₁(a))] if all true values are 0 and the errors are normal.

    Q₁(a) and Q₂(a) have the standard deviation σ and the correlation corr, and different actions are independent:

    E[Q₂(argmax_a Q₁(a))] = corr · σ · m(n),   m(n) = E max of n standard normals = ∫ x n p(x) F(x)^(n−1) dx

    corr = 1 is Q-learning, where the same estimate chooses and values; corr = 0 is double Q-learning with independent
    estimates. The networks of double DQN lie between the two, since the target network is an older online network.

    Args:
        actions: number of actions n.
        sigma: σ > 0.
        correlation: corr in [−1, 1].

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> round(expected_maximum(2), 4)  # 1/√π
        0.5642

    References: §8.4; van Hasselt (2010), Double Q-learning; Clark (1961), The greatest of a finite set of random
    variables.
    """
    n, sigma = check_size("actions", actions), check_positive("sigma", sigma)
    if not -1 <= correlation <= 1:
        raise ValueError(f"correlation must be a number in [−1, 1], not {correlation!r}.")
    normal = stats.norm
    # m(n) = ∫ x n p(x) F(x)^(n−1) dx, with density p and distribution function F
    m = integrate.quad(lambda x: x * n * normal.pdf(x) * normal.cdf(x) ** (n - 1), -12, 12)[0]
    return float(correlation * sigma * m)


def maximization_bias(rng, double, runs=1000, episodes=300, actions=10, alpha=0.1, epsilon=0.1, mean=-0.1):
    """How often the trap is chosen in the two-step task of Sutton and Barto, by Q-learning or double Q-learning.

    From the first state, "right" ends with the reward 0, and "left" goes to a second state, in which each of n actions
    ends with a reward N(−0.1, 1). So left is worth −0.1, but the maximum of noisy estimates in the second state is
    positive for a long time, and Q-learning goes left. Q-learning and double Q-learning:

    Q(s, a)  ← Q(s, a)  + α (r + max_a' Q(s', a') − Q(s, a))
    Q₁(s, a) ← Q₁(s, a) + α (r + Q₂(s', argmax_a' Q₁(s', a')) − Q₁(s, a)),  Q₁ and Q₂ exchanged with probability 1/2

    Args:
        rng: NumPy generator.
        double: which of the two.
        runs: number of independent runs, which go side by side.
        episodes: of each run.
        actions: n.
        alpha: step size α.
        epsilon: probability ε of a random action.
        mean: of the rewards in the second state.

    Returns:
        The share of runs that went left in each episode, shape (episodes,).

    Raises:
        ValueError: a number of runs, episodes or actions is no positive whole number.

    References: §8.4; Sutton and Barto (2018), Reinforcement learning, section 6.7.
    """
    for name, size in (("runs", runs), ("episodes", episodes), ("actions", actions)):
        check_size(name, size)
    rows, tables = np.arange(runs), 2 if double else 1
    first = np.zeros((tables, runs, 2))  # Q of the first state: left, right
    second = np.zeros((tables, runs, actions))
    share = np.zeros(episodes)
    for i in range(episodes):
        left = _epsilon_greedy(first.sum(0), epsilon, rng) == 0
        a = _epsilon_greedy(second.sum(0), epsilon, rng)
        reward = rng.normal(mean, 1.0, size=runs)
        k = rng.integers(tables, size=runs)  # which table learns
        chosen = _argmax(second[k, rows], rng)
        future = second[tables - 1 - k, rows, chosen]  # valued by the other table, if there is one
        target = np.where(left, future, 0.0)
        side = np.where(left, 0, 1)
        first[k, rows, side] += alpha * (target - first[k, rows, side])
        correction = alpha * (reward - second[k, rows, a])
        second[k, rows, a] += np.where(left, correction, 0.0)
        share[i] = left.mean()
    return share


def _epsilon_greedy(values, epsilon, rng):
    random = rng.integers(values.shape[1], size=len(values))
    return np.where(rng.random(len(values)) < epsilon, random, _argmax(values, rng))


def _argmax(values, rng):
    """The place of the largest value; among equals one at random."""
    best = values == values.max(axis=1, keepdims=True)
    return np.argmax(best * rng.random(values.shape), axis=1)
