"""Advantages of one long recording that holds several episodes, some of them cut off."""

import numpy as np


def deltas(rewards, values, terminated, truncated, final_values, discount):
    """The error of each step.

    δ_t = r_t + γ V(s_{t+1}) − V(s_t)

    Args:
        rewards: r, shape (steps,).
        values: V(s_t), shape (steps,).
        terminated: true where an episode truly ended, shape (steps,).
        truncated: true where an episode was cut off, shape (steps,); the last step of the recording is one or the
            other.
        final_values: V of the observation after each truncated step, in their order, shape (number of truncated,).
        discount: γ.

    Returns:
        δ, shape (steps,).
    """
    following = np.append(values[1:], 0.0)
    following[truncated] = final_values
    following[terminated] = 0.0
    return rewards + discount * following - values


def n_step_advantages(delta, ended, discount, n):
    """The advantage that looks n steps ahead, or to the end of the episode if that comes first.

    A^(n)_t = δ_t + γ δ_{t+1} + … + γ^(n−1) δ_{t+n−1}

    Args:
        delta: δ, shape (steps,).
        ended: terminated or truncated, shape (steps,).
        discount: γ.
        n: number of steps, at least 1.

    Returns:
        Shape (steps,).
    """
    advantage = np.zeros(len(delta))
    for t in range(len(delta)):
        factor = 1.0
        for k in range(t, min(t + n, len(delta))):
            advantage[t] += factor * delta[k]
            if ended[k]:
                break
            factor *= discount
    return advantage


def mixed_advantages(delta, ended, discount, weights):
    """A mean of the n-step advantages.

    A_t = ∑_n w_n A^(n)_t

    Args:
        delta, ended, discount: as for ``n_step_advantages``.
        weights: w_1, w_2, …, which sum to 1, shape (n,).

    Returns:
        Shape (steps,).
    """
    return sum(w * n_step_advantages(delta, ended, discount, n) for n, w in enumerate(weights, start=1))


def trace_weights(trace, n):
    """The weights with which the mean of n-step advantages is generalized advantage estimation over n steps.

    w_k = (1 − λ) λ^(k−1) for k < n,   and w_n is what is left

    Args:
        trace: λ.
        n: number of weights.

    Returns:
        Shape (n,), with the sum 1.
    """
    weights = (1 - trace) * trace ** np.arange(n, dtype="float64")
    weights[-1] = trace ** (n - 1)
    return weights
