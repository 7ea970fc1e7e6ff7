"""The optimal values as a linear program, and what its dual means (§8.4)."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array


class ProgramSolution(NamedTuple):
    """What a linear program says of an MDP.

    V: optimal values, shape (states,).
    occupancy: ρ, the expected discounted number of times that state s is left by action a, shape (states, actions).
    value: the optimal value of the program, ∑_s d(s) V(s) = ∑ ρ(s, a) R(s, a).
    """

    V: np.ndarray
    occupancy: np.ndarray
    value: float


def linear_program(mdp, start=None):
    """Find the smallest V that no action can improve.

        minimize ∑_s d(s) V(s)   subject to   V(s) ≥ R(s, a) + γ ∑_{s'} P(s' | s, a) V(s')   for all s, a

    The optimal values satisfy all inequalities, and every V that satisfies them is at least as large. The dual asks the
    same question from the side of the policy:

        maximize ∑ ρ(s, a) R(s, a)   subject to   ∑_a ρ(s', a) = d(s') + γ ∑_{s, a} ρ(s, a) P(s' | s, a),   ρ ≥ 0

    where ρ counts visits, with weight γᵗ at time t, of a process that begins with the distribution d. An action with
    ρ(s, a) > 0 is optimal in s.

    Args:
        mdp: an ``MDP`` with γ < 1.
        start: d, the distribution of the first state, shape (states,); uniform if None. Where d(s) = 0 and the optimal
            policy never comes, V(s) is not determined.

    SciPy's solver, HiGHS, takes coefficients below 1e-9 for 0. If P has such small entries, V is wrong by about as
    much, times the largest value and 1/(1 − γ).

    Returns:
        A ``ProgramSolution``.

    Raises:
        ValueError: γ = 1, or ``start`` is no distribution over the states.

    References: Puterman, "Markov Decision Processes" (1994), §6.9.
    """
    if mdp.gamma == 1:
        raise ValueError("The linear program needs gamma < 1: with gamma = 1 its dual may be unbounded.")
    d = np.full(mdp.states, 1 / mdp.states) if start is None else np.asarray(start, "float64")
    if d.shape != (mdp.states,) or (d < 0).any() or not np.isclose(d.sum(), 1):
        raise ValueError(f"start must be a distribution over the {mdp.states} states, and sum to 1.")
    # (γ P(s' | s, a) − [s = s']) V ≤ −R(s, a), one row for each pair (s, a)
    rows = mdp.gamma * mdp.P - np.eye(mdp.states)[:, None, :]
    found = linprog(
        d,
        A_ub=csr_array(rows.reshape(-1, mdp.states)),
        b_ub=-mdp.R.ravel(),
        bounds=(None, None),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if not found.success:
        raise ValueError(f"SciPy's solver did not find an optimum: {found.message}")
    # a multiplier says how the minimum changes with its right-hand side −R(s, a); it is −ρ(s, a)
    occupancy = np.maximum(-found.ineqlin.marginals.reshape(mdp.R.shape), 0)  # without rounding below 0
    return ProgramSolution(found.x, occupancy, float(found.fun))


def policy_of_occupancy(occupancy):
    """π(a | s) = ρ(s, a) / ∑_a ρ(s, a), shape (states, actions); uniform in states that are never visited."""
    visits = occupancy.sum(axis=-1, keepdims=True)
    uniform = np.full_like(occupancy, 1 / occupancy.shape[1])
    return np.divide(occupancy, visits, out=uniform, where=visits > 0)
