"""Value iteration where not every action is allowed in every state, with a bound of its error."""

import math

import numpy as np


def backup(P, R, gamma, allowed, V):
    """One sweep of value iteration over the allowed actions.

    V'(s) = max_{a allowed in s} (R(s, a) + γ ∑_{s'} P(s' | s, a) V(s'))

    Args:
        P: probabilities, shape (states, actions, states).
        R: rewards, shape (states, actions).
        gamma: γ.
        allowed: booleans, shape (states, actions); each state has an allowed action.
        V: shape (states,).

    Returns:
        V', shape (states,).
    """
    Q = R + gamma * P @ V
    return np.where(allowed, Q, -np.inf).max(axis=1)


def greedy(P, R, gamma, allowed, V):
    """The best allowed action of each state if the next states are worth V; of equal ones the first.

    Args:
        P: probabilities, shape (states, actions, states).
        R: rewards, shape (states, actions).
        gamma: γ.
        allowed: booleans, shape (states, actions).
        V: shape (states,).

    Returns:
        Integers of shape (states,).
    """
    Q = R + gamma * P @ V
    return np.where(allowed, Q, -np.inf).argmax(axis=1)


def value_iteration(P, R, gamma, allowed, tolerance):
    """Sweep from V = 0 until the error is certainly at most ``tolerance``.

    Stop after the first sweep with  γ/(1 − γ) · max_s |V_k(s) − V_{k−1}(s)| ≤ tolerance.

    Args:
        P: probabilities, shape (states, actions, states).
        R: rewards, shape (states, actions).
        gamma: γ in (0, 1).
        allowed: booleans, shape (states, actions).
        tolerance: a positive number.

    Returns:
        V_k, shape (states,), and the number of sweeps k, at least 1.
    """
    V, sweeps = np.zeros(len(P)), 0
    while True:
        V, before = backup(P, R, gamma, allowed, V), V
        sweeps += 1
        if gamma / (1 - gamma) * np.abs(V - before).max() <= tolerance:
            return V, sweeps


def sweeps_needed(gamma, change, tolerance):
    """The number of sweeps that is enough, known after the first one.

    The smallest k ≥ 1 with  γ^k / (1 − γ) · change ≤ tolerance,   change = max_s |V_1(s) − V_0(s)|

    Args:
        gamma: γ in (0, 1).
        change: a positive number.
        tolerance: a positive number.

    Returns:
        An integer.
    """
    return max(1, math.ceil(math.log(tolerance * (1 - gamma) / change) / math.log(gamma)))
