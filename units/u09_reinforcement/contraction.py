"""How fast the Bellman equation pulls values together: the contraction by γ, measured (§8.4)."""

import numpy as np

from units.u09_reinforcement.value_iteration import value_sweeps


def distances_to_optimum(mdp, optimal, sweeps, V=None):
    """The errors of value iteration.

        e_k = max_s |V_k(s) − V*(s)|,   e_{k+1} ≤ γ e_k

    Args:
        mdp: an ``MDP``.
        optimal: V*, shape (states,).
        sweeps: number of sweeps n.
        V: V_0, shape (states,); zeros if None.

    Returns:
        e_0, …, e_n, shape (sweeps + 1,).
    """
    every = value_sweeps(mdp, V)
    return np.array([np.abs(next(every) - optimal).max() for _ in range(sweeps + 1)])


def contraction_factors(mdp, pairs, rng):
    """How much closer one sweep brings two random vectors of values.

        max_s |(B V)(s) − (B V')(s)| / max_s |V(s) − V'(s)| ≤ γ
        (B V)(s) = max_a (R(s, a) + γ ∑_{s'} P(s' | s, a) V(s'))

    The factor is γ exactly if V − V' is the same number in all states.

    Args:
        mdp: an ``MDP``.
        pairs: how many pairs to draw.
        rng: a NumPy generator.

    Returns:
        The factors, shape (pairs,).
    """
    first, second = rng.normal(size=(2, pairs, mdp.states))
    closer = [np.abs(_sweep(mdp, V) - _sweep(mdp, W)).max() for V, W in zip(first, second, strict=True)]
    return np.array(closer) / np.abs(first - second).max(axis=-1)


def _sweep(mdp, V):
    return mdp.action_values(V).max(axis=-1)
