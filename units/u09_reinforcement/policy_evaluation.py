"""The values of a policy: by solving linear equations, and by iteration (§8.4)."""

import numpy as np

from units.u09_reinforcement.markov_chain import chain_of_policy


def policy_values(mdp, policy):
    """Solve the Bellman equation of a policy.

        V_π = R_π + γ P_π V_π,   so   V_π = (I − γ P_π)⁻¹ R_π

    Args:
        mdp: an ``MDP``.
        policy: actions, shape (states,), or probabilities, shape (states, actions).

    Returns:
        V_π, shape (states,).

    Raises:
        ValueError: γ = 1, and from some state the policy never comes to an end.
    """
    P, R = chain_of_policy(mdp, policy)
    if mdp.gamma == 1:
        _require_an_end(mdp, P)
    V, inner = np.zeros(mdp.states), np.flatnonzero(~mdp.ends)
    # the value of an end is 0; with γ = 1 the equations of the other states have one solution, those of all have many
    V[inner] = np.linalg.solve(np.eye(len(inner)) - mdp.gamma * P[np.ix_(inner, inner)], R[inner])
    return V


def iterated_policy_values(mdp, policy, tolerance=1e-10, most=100_000):
    """Apply the right-hand side of the Bellman equation until nothing changes.

        V_{k+1} = R_π + γ P_π V_k,   V_0 = 0

    The error is at most γ/(1 − γ) times the last change, so for γ < 1 the result is as close as ``tolerance`` says.

    Args:
        mdp, policy: as in ``policy_values``.
        tolerance: largest error; with γ = 1 the largest change of the last sweep.
        most: sweeps after which to give up.

    Returns:
        V_π, shape (states,), and the number of sweeps.

    Raises:
        ValueError: no convergence within ``most`` sweeps.
    """
    P, R = chain_of_policy(mdp, policy)
    V, limit = np.zeros(mdp.states), largest_change(mdp.gamma, tolerance)
    for sweep in range(1, most + 1):
        V, before = R + mdp.gamma * (P @ V), V
        if np.abs(V - before).max() <= limit:
            return V, sweep
    raise ValueError(
        f"The values still change after {most} sweeps: use a smaller gamma, a larger tolerance or more sweeps."
    )


def largest_change(gamma, tolerance):
    """The change of a sweep that guarantees an error of at most ``tolerance``: tolerance · (1 − γ)/γ, for 0 < γ < 1."""
    return tolerance * (1 - gamma) / gamma if 0 < gamma < 1 else tolerance


def _require_an_end(mdp, P):
    reaches = mdp.ends
    for _ in range(mdp.states):
        reaches = reaches | (P @ reaches > 0)
    if not reaches.all():
        raise ValueError(
            f"With gamma = 1 every episode must come to an end, and from state {np.argmin(reaches)} this policy never "
            "reaches one: take gamma below 1, or another policy."
        )
