"""The values of a policy: from the chain, in place, and for a finite number of steps."""

import numpy as np


def chain(P, R, policy):
    """The Markov chain of a policy, and its expected rewards.

    P_π(s' | s) = ∑_a π(a | s) P(s' | s, a),   R_π(s) = ∑_a π(a | s) ∑_{s'} P(s' | s, a) R(s, a, s')

    Args:
        P: probabilities, shape (states, actions, states).
        R: the reward of each transition, shape (states, actions, states).
        policy: π, shape (states, actions).

    Returns:
        P_π of shape (states, states), R_π of shape (states,).
    """
    return np.einsum("sa,sap->sp", policy, P), np.einsum("sa,sap,sap->s", policy, P, R)


def values(P, R, policy, gamma):
    """Solve (I − γ P_π) V = R_π.

    Args:
        P: probabilities, shape (states, actions, states).
        R: the reward of each transition, shape (states, actions, states).
        policy: π, shape (states, actions).
        gamma: γ < 1.

    Returns:
        V, shape (states,).
    """
    P_pi, R_pi = chain(P, R, policy)
    return np.linalg.solve(np.eye(len(P)) - gamma * P_pi, R_pi)


def sweep_in_place(P, R, policy, gamma, V):
    """One sweep over the states 0, 1, 2, …, which uses the new values of the states before.

    V(s) ← R_π(s) + γ ∑_{s'} P_π(s' | s) V(s')

    Args:
        P: probabilities, shape (states, actions, states).
        R: the reward of each transition, shape (states, actions, states).
        policy: π, shape (states, actions).
        gamma: γ.
        V: values before the sweep, shape (states,).

    Returns:
        The values after the sweep, shape (states,).
    """
    P_pi, R_pi = chain(P, R, policy)
    V = np.array(V)
    for s in range(len(V)):
        V[s] = R_pi[s] + gamma * P_pi[s] @ V
    return V


def values_of_n_steps(P, R, policy, gamma, steps):
    """The expected discounted sum of the first n rewards, for each first state.

    V_n(s) = E(r_0 + γ r_1 + … + γ^(n − 1) r_{n − 1}),   V_0 = 0

    Args:
        P: probabilities, shape (states, actions, states).
        R: the reward of each transition, shape (states, actions, states).
        policy: π, shape (states, actions).
        gamma: γ, which may be 1.
        steps: n, at least 0.

    Returns:
        V_n, shape (states,).
    """
    P_pi, R_pi = chain(P, R, policy)
    V = np.zeros(len(P))
    for _ in range(steps):
        V = R_pi + gamma * P_pi @ V
    return V
