"""A decision process with a budget, as a linear program over occupancies."""

import numpy as np
from scipy.optimize import linprog


def flow_equations(P, gamma, start):
    """The equations A ρ = b of an occupancy, one for each state.

    ∑_a ρ(s', a) − γ ∑_{s, a} ρ(s, a) P(s' | s, a) = d(s')

    Args:
        P: probabilities, shape (states, actions, states).
        gamma: γ < 1.
        start: d, distribution of the first state, shape (states,).

    Returns:
        A of shape (states, states · actions), where column s · actions + a belongs to ρ(s, a), and b of shape
        (states,).
    """
    states, actions = P.shape[:2]
    leaving = np.repeat(np.eye(states), actions, axis=1)
    return leaving - gamma * P.reshape(states * actions, states).T, np.array(start)


def occupancy_of_policy(P, gamma, start, policy):
    """The occupancy of a policy: ρ(s, a) = visits of s, with the weight γ^t at time t, times π(a | s).

    Args:
        P: probabilities, shape (states, actions, states).
        gamma: γ < 1.
        start: d, shape (states,).
        policy: π, shape (states, actions).

    Returns:
        ρ, shape (states, actions).
    """
    P_pi = np.einsum("sa,sap->sp", policy, P)
    visits = np.linalg.solve(np.eye(len(P)) - gamma * P_pi.T, start)
    return visits[:, None] * policy


def policy_of_occupancy(rho):
    """π(a | s) = ρ(s, a) / ∑_a ρ(s, a); all actions alike in a state that is never visited.

    Args:
        rho: ρ, shape (states, actions).

    Returns:
        π, shape (states, actions).
    """
    visits = rho.sum(axis=1, keepdims=True)
    return np.where(visits > 0, rho / np.where(visits > 0, visits, 1), 1 / rho.shape[1])


def within_budget(P, R, C, gamma, start, budget):
    """The best occupancy among those that cost no more than a budget.

    maximize ∑ ρ(s, a) R(s, a)   subject to   A ρ = b,   ∑ ρ(s, a) C(s, a) ≤ budget,   ρ ≥ 0

    Args:
        P: probabilities, shape (states, actions, states).
        R: rewards, shape (states, actions).
        C: costs, shape (states, actions).
        gamma: γ < 1.
        start: d, shape (states,).
        budget: a number.

    Returns:
        ρ, shape (states, actions), and the price of the budget: how much the largest value grows with one more unit.

    Raises:
        ValueError: no policy keeps the budget.
    """
    A, b = flow_equations(P, gamma, start)
    found = linprog(-R.ravel(), A_ub=C.reshape(1, -1), b_ub=[budget], A_eq=A, b_eq=b, bounds=(0, None))
    if found.status == 2:
        raise ValueError(f"No policy costs at most {budget}.")
    return found.x.reshape(R.shape), float(-found.ineqlin.marginals[0])
