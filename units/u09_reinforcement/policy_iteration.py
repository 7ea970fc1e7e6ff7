"""Policy iteration: evaluate the policy, then act greedily, until nothing changes (§8.4)."""

import numpy as np

from units.u09_reinforcement.policy_evaluation import policy_values
from units.u09_reinforcement.value_iteration import Solution


def policy_iteration(mdp, policy=None, most=1000):
    """Alternate evaluation and improvement.

        Q_π(s, a) = R(s, a) + γ ∑_{s'} P(s' | s, a) V_π(s'),   π(s) ← argmax_a Q_π(s, a)

    No policy comes twice, since each one is better than the one before, and there are finitely many. An action is
    replaced only by one that is better by more than rounding; otherwise two equal ones could alternate for ever.

    Args:
        mdp: an ``MDP``.
        policy: the first policy, shape (states,); if None the best action by R(s, a) alone. With γ = 1 choose one under
            which every episode ends.
        most: improvements after which to give up.

    Returns:
        A ``Solution``; its iterations are evaluations.

    Raises:
        ValueError: a first policy with other actions, or one that never ends with γ = 1.

    References: Howard, "Dynamic Programming and Markov Processes" (1960).
    """
    policy = np.array(mdp.R.argmax(axis=-1) if policy is None else policy)
    state = np.arange(mdp.states)
    for iteration in range(1, most + 1):
        V = policy_values(mdp, policy)
        Q = mdp.action_values(V)
        better = Q.max(axis=-1) > Q[state, policy] + 1e-11 * np.maximum(1, np.abs(V))
        if not better.any():
            return Solution(V, Q, policy, iteration)
        policy = np.where(better, Q.argmax(axis=-1), policy)
    raise ValueError(f"The policy still changes after {most} improvements: raise `most`.")
