"""Learning from one transition: SARSA, expected SARSA, double Q-learning."""

import numpy as np


def epsilon_greedy(values, epsilon):
    """The probabilities of the actions; several best actions share the probability of the greedy choice.

    π(a) = ε / number of actions + (1 − ε) / number of best actions for a best action, otherwise the first term alone

    Args:
        values: Q(s, ·), shape (actions,).
        epsilon: ε.

    Returns:
        π, shape (actions,).
    """
    best = values == values.max()
    return epsilon / len(values) + (1 - epsilon) * best / best.sum()


def _moved(Q, s, a, target, alpha):
    Q = np.array(Q)
    Q[s, a] += alpha * (target - Q[s, a])
    return Q


def sarsa(Q, s, a, r, next_s, next_a, end, alpha, gamma):
    """Move Q(s, a) towards r + γ Q(s', a'); towards r if the episode ends with this step.

    Args:
        Q: action values, shape (states, actions).
        s: the state, an integer.
        a: the action, an integer.
        r: the reward.
        next_s: the next state s'.
        next_a: the next action a'.
        end: whether the episode ends with this step.
        alpha: step size α.
        gamma: γ.

    Returns:
        The new action values, shape (states, actions).
    """
    target = r if end else r + gamma * Q[next_s, next_a]
    return _moved(Q, s, a, target, alpha)


def expected_sarsa(Q, s, a, r, next_s, end, alpha, gamma, epsilon):
    """Move Q(s, a) towards r + γ ∑_{a'} π(a' | s') Q(s', a'), where π is ε-greedy for Q.

    Args:
        Q: action values, shape (states, actions).
        s: the state.
        a: the action.
        r: the reward.
        next_s: the next state s'.
        end: whether the episode ends with this step.
        alpha: step size α.
        gamma: γ.
        epsilon: ε of the policy.

    Returns:
        The new action values, shape (states, actions).
    """
    following = epsilon_greedy(Q[next_s], epsilon) @ Q[next_s]
    target = r if end else r + gamma * following
    return _moved(Q, s, a, target, alpha)


def double_q(Q1, Q2, s, a, r, next_s, end, alpha, gamma):
    """Update the first of two tables: it chooses the next action, and the second table says what it is worth.

    a* = argmax_{a'} Q1(s', a'),   Q1(s, a) ← Q1(s, a) + α (r + γ Q2(s', a*) − Q1(s, a))

    Args:
        Q1: the table that is updated, shape (states, actions).
        Q2: the other table, shape (states, actions).
        s: the state.
        a: the action.
        r: the reward.
        next_s: the next state s'.
        end: whether the episode ends with this step.
        alpha: step size α.
        gamma: γ.

    Returns:
        The new Q1, shape (states, actions).
    """
    chosen = np.argmax(Q1[next_s])
    target = r if end else r + gamma * Q2[next_s, chosen]
    return _moved(Q1, s, a, target, alpha)
