"""Value iteration: the optimal values as the fixed point of a contraction (§8.4)."""

from typing import NamedTuple

import numpy as np

from units.u09_reinforcement.policy_evaluation import largest_change


class Solution(NamedTuple):
    """What planning found: optimal values, an optimal policy, and how many iterations it took.

    V: shape (states,). Q: shape (states, actions). policy: one action for each state, shape (states,).
    """

    V: np.ndarray
    Q: np.ndarray
    policy: np.ndarray
    iterations: int


def value_sweeps(mdp, V=None, epsilon=0.0):
    """Yield V_0, V_1, V_2, … without end.

        V_{k+1}(s) = max_a Q_k(s, a),   Q_k(s, a) = R(s, a) + γ ∑_{s'} P(s' | s, a) V_k(s')

    With ε > 0 the best ε-soft policy is looked for: it takes a random action with probability ε whatever happens.

        V_{k+1}(s) = (1 − ε) max_a Q_k(s, a) + ε mean_a Q_k(s, a)

    Args:
        mdp: an ``MDP``.
        V: V_0, shape (states,); zeros if None.
        epsilon: ε in [0, 1].
    """
    if not 0 <= epsilon <= 1:
        raise ValueError(f"epsilon must lie in [0, 1], not {epsilon}.")
    V = np.zeros(mdp.states) if V is None else np.array(V, "float64")
    while True:
        yield V
        Q = mdp.action_values(V)
        V = (1 - epsilon) * Q.max(axis=-1) + epsilon * Q.mean(axis=-1)


def value_iteration(mdp, tolerance=1e-10, epsilon=0.0, most=100_000):
    """Sweep until the values are within ``tolerance`` of the optimal ones.

    Args:
        mdp: an ``MDP``.
        tolerance: largest error of V; with γ = 1 the largest change of the last sweep.
        epsilon: 0 for the optimal policy; otherwise for the best policy that explores with probability ε.
        most: sweeps after which to give up.

    Returns:
        A ``Solution``; its policy is greedy, and its iterations are sweeps.

    Raises:
        ValueError: no convergence within ``most`` sweeps.

    References: Bellman, "Dynamic Programming" (1957); Sutton, Barto (2018), §4.4.
    """
    limit, before = largest_change(mdp.gamma, tolerance), None
    for sweep, V in enumerate(value_sweeps(mdp, epsilon=epsilon)):
        if before is not None and np.abs(V - before).max() <= limit:
            Q = mdp.action_values(V)
            return Solution(V, Q, Q.argmax(axis=-1), sweep)
        if sweep == most:
            break
        before = V
    raise ValueError(
        f"The values still change after {most} sweeps: use a smaller gamma, a larger tolerance or more sweeps."
    )
