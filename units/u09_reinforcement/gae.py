"""Generalized advantage estimation: a weighted mean of all n-step advantages (§8.4)."""

import numpy as np

from units.u09_reinforcement.returns import check_recording


def gae(reward, value, terminated, truncated, discount, trace, valid=None):
    """How much better each action was than the policy's mean, estimated with the decay λ.

    δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t)
    A_t = δ_t + γ λ (1 − ended_t) A_{t+1},   ended = terminated or truncated

    With λ = 0 the advantage is δ_t, the error of one step, whose bias is that of V. With λ = 1 it is G_t − V(s_t):
    the bias of V is gone where episodes are complete, and the noise of all later rewards is in it.

    An episode that was only cut off (truncated) would have gone on, so V of its last observation counts; after a
    true end (terminated) there is nothing to come.

    Args:
        reward: r, shape (steps, envs).
        value: V(s_0), …, V(s_steps), shape (steps + 1, envs). Under next-step autoreset the observation after the
            last step of an episode is its final one, so row t + 1 is V(s_{t+1}) for these steps, too.
        terminated: the episode truly ended with this step, shape (steps, envs).
        truncated: the episode was cut off after this step, shape (steps, envs).
        discount: γ.
        trace: λ, from 0 to 1.
        valid: false for the dead step that next-step autoreset makes after an episode, shape (steps, envs); None if
            all steps count.

    Returns:
        A, float64, shape (steps, envs); 0 at dead steps. A + V(s_t) is the target for the values.

    Raises:
        ValueError: a shape is wrong, or γ or λ is not in [0, 1].

    Example:
        >>> gae([[1.0], [1.0]], [[0.5], [0.5], [0.5]], [[False], [True]], [[False], [False]], 1.0, 1.0)
        array([[1.5],
               [0.5]])

    References: Schulman et al., High-dimensional continuous control using generalized advantage estimation, 2016.
    """
    reward, value = np.asarray(reward, "float64"), np.asarray(value, "float64")
    terminated, truncated = np.asarray(terminated, bool), np.asarray(truncated, bool)
    valid = np.ones(reward.shape, bool) if valid is None else np.asarray(valid, bool)
    check_recording(discount, reward=reward, terminated=terminated, truncated=truncated, valid=valid)
    if value.shape != (len(reward) + 1, *reward.shape[1:]):
        raise ValueError(
            f"value needs one row more than reward: {(len(reward) + 1, *reward.shape[1:])}, not {value.shape}."
        )
    if not 0 <= trace <= 1:
        raise ValueError(f"trace is a number from 0 to 1, not {trace}.")
    # δ_t = r_t + γ (1 − terminated_t) V(s_{t+1}) − V(s_t)
    delta = reward + discount * np.where(terminated, 0.0, value[1:]) - value[:-1]
    advantage, following = np.zeros(reward.shape), np.zeros(reward.shape[1:])
    for t in reversed(range(len(reward))):
        # A_t = δ_t + γ λ (1 − ended_t) A_{t+1}
        going_on = ~(terminated[t] | truncated[t])
        following = np.where(valid[t], delta[t] + discount * trace * np.where(going_on, following, 0.0), 0.0)
        advantage[t] = following
    return advantage
