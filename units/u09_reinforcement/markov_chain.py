"""A policy turns a decision process into a Markov chain; its distribution in the long run (§8.4)."""

import numpy as np


def chain_of_policy(mdp, policy):
    """The transition probabilities and the expected rewards under a policy.

        P_π(s' | s) = ∑_a π(a | s) P(s' | s, a),   R_π(s) = ∑_a π(a | s) R(s, a)

    Args:
        mdp: an ``MDP``.
        policy: actions, shape (states,), or probabilities, shape (states, actions).

    Returns:
        P_π of shape (states, states), R_π of shape (states,).
    """
    pi = mdp.probabilities(policy)
    return np.einsum("sa,sap->sp", pi, mdp.P), np.sum(pi * mdp.R, axis=-1)


def stationary_distribution(P):
    """The distribution d that the chain keeps.

        d P = d,   ∑_s d(s) = 1

    Args:
        P: probabilities, shape (states, states); each row sums to 1.

    Returns:
        d, shape (states,).

    Raises:
        ValueError: P is no chain, or there are several such distributions: the chain has parts that it never leaves.
    """
    P = np.asarray(P, "float64")
    if P.ndim != 2 or P.shape[0] != P.shape[1] or (P < 0).any() or not np.allclose(P.sum(axis=1), 1):
        raise ValueError(
            "P must be square with the shape (states, states), and each row a distribution that sums to 1."
        )
    states = len(P)
    # (P − I)ᵀ d = 0 with the sum of d as one more equation
    equations = np.vstack([P.T - np.eye(states), np.ones(states)])
    d, _, rank, _ = np.linalg.lstsq(equations, np.eye(states + 1)[-1], rcond=1e-12)
    if rank < states:
        raise ValueError(
            "The chain has several stationary distributions, for it has parts that it never leaves."
        )
    return np.maximum(d, 0) / np.maximum(d, 0).sum()


def distances_to_stationary(P, first, steps):
    """How far the distribution of the state is from the stationary one after 0, …, n steps.

        ½ ∑_s |(first Pᵗ)(s) − d(s)|

    It shrinks by the size of the second largest eigenvalue of P at each step, once t is large, if no other eigenvalue
    than 1 lies on the unit circle.

    Args:
        P: probabilities, shape (states, states).
        first: distribution of the first state, shape (states,).
        steps: n.

    Returns:
        shape (steps + 1,).

    Raises:
        ValueError: as for ``stationary_distribution``, or ``first`` is no distribution over the states.
    """
    d, now, distances = stationary_distribution(P), np.asarray(first, "float64"), []
    if now.shape != d.shape or (now < 0).any() or not np.isclose(now.sum(), 1):
        raise ValueError(f"first must be a distribution over the {len(d)} states, and sum to 1.")
    for _ in range(steps + 1):
        distances.append(np.abs(now - d).sum() / 2)
        now = now @ P
    return np.array(distances)
