"""A dueling head that subtracts the maximum, its gradients, and a replay buffer with priorities."""

import numpy as np


def dueling(value, advantage):
    """Q(s, a) = V(s) + A(s, a) − max_a' A(s, a').

    Args:
        value: V, shape (batch, 1).
        advantage: A, shape (batch, actions).

    Returns:
        Q, shape (batch, actions).
    """
    return value + advantage - advantage.max(axis=1, keepdims=True)


def dueling_gradients(advantage, D):
    """The derivatives of a cost by V and A, from the derivative by Q. No two advantages of a sample are equal.

    Args:
        advantage: A, shape (batch, actions).
        D: derivative of the cost by Q, shape (batch, actions).

    Returns:
        The derivative by V, shape (batch, 1), and the one by A, shape (batch, actions).
    """
    total = D.sum(axis=1, keepdims=True)
    largest = advantage == advantage.max(axis=1, keepdims=True)
    return total, D - largest * total


def oldest_first(stored, capacity):
    """The rows of a ring from the oldest transition to the newest.

    Transition number i (from 0) was written to row i mod capacity.

    Args:
        stored: how many transitions were ever written.
        capacity: number of rows.

    Returns:
        Integers, shape (min(stored, capacity),).
    """
    return np.arange(max(0, stored - capacity), stored) % capacity


def prioritized(priorities, stored, u, power, correction):
    """Draw rows in proportion to a power of their priority, and weight them against the bias.

    P(i) = p_i^k / ∑_j p_j^k over the rows in use;   w_i = (n P(i))^−b / max_j (n P(j))^−b

    Args:
        priorities: p > 0, shape (capacity,); the rows that are not in use hold anything.
        stored: how many transitions were ever written.
        u: numbers in [0, 1), shape (batch,): each draws the first row with P(0) + … + P(i) > u.
        power: k ≥ 0.
        correction: b ≥ 0.

    Returns:
        The rows, integers (batch,), and their weights w, shape (batch,).
    """
    n = min(stored, len(priorities))
    p = priorities[:n] ** power
    p = p / p.sum()
    rows = np.sum(np.cumsum(p)[None, :] <= u[:, None], axis=1)
    weights = (n * p) ** -correction
    return rows, weights[rows] / weights.max()
