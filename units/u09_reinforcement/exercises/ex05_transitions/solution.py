"""From the record of environments that begin anew by themselves to targets for learning."""

import numpy as np


def valid_steps(terminated, truncated):
    """Which steps an agent may learn from.

    The step after the end of an episode only begins the next one. All episodes begin at step 0 of the record.

    Args:
        terminated: booleans, shape (steps, envs).
        truncated: booleans, shape (steps, envs).

    Returns:
        Booleans, shape (steps, envs).
    """
    over = terminated | truncated
    valid = np.ones_like(over)
    valid[1:] = ~over[:-1]
    return valid


def finished_returns(reward, terminated, truncated):
    """The sums of the rewards of all episodes that ended, whether by termination or by truncation.

    Args:
        reward: shape (steps, envs).
        terminated: booleans, shape (steps, envs).
        truncated: booleans, shape (steps, envs).

    Returns:
        Array (episodes,), in the order of the ends; episodes that end in the same step in the order of their envs.
    """
    total, found = np.zeros(reward.shape[1]), []
    for t in range(len(reward)):
        total = total + reward[t]
        over = terminated[t] | truncated[t]
        found.extend(total[over])
        total = np.where(over, 0.0, total)
    return np.array(found)


def one_step_targets(reward, terminated, truncated, values, discount):
    """The targets y_t = r_t + γ (1 − terminated_t) V(s_{t+1}), and 0 where the step is not valid.

    Args:
        reward: shape (steps, envs).
        terminated: booleans, shape (steps, envs).
        truncated: booleans, shape (steps, envs).
        values: V(s_0), …, V(s_T), one more than there are steps, shape (steps + 1, envs).
        discount: γ.

    Returns:
        Array (steps, envs).
    """
    target = reward + discount * (1 - terminated) * values[1:]
    return np.where(valid_steps(terminated, truncated), target, 0.0)


def n_step_targets(reward, terminated, truncated, values, discount, n):
    """The targets of n steps, and 0 where the step is not valid.

    y_t = r_t + γ r_{t+1} + … + γ^(m−1) r_{t+m−1} + γ^m (1 − terminated_{t+m−1}) V(s_{t+m})

    m is n, or less if the episode or the record ends before.

    Args:
        reward: shape (steps, envs).
        terminated: booleans, shape (steps, envs).
        truncated: booleans, shape (steps, envs).
        values: V(s_0), …, V(s_T), shape (steps + 1, envs).
        discount: γ.
        n: a positive whole number.

    Returns:
        Array (steps, envs).
    """
    steps, over, valid = len(reward), terminated | truncated, valid_steps(terminated, truncated)
    target = np.zeros(reward.shape)
    for t in range(steps):
        running = valid[t]
        for k in range(min(n, steps - t)):
            target[t] += running * discount**k * reward[t + k]
            last = over[t + k] | (k + 1 == min(n, steps - t))
            future = discount ** (k + 1) * (1 - terminated[t + k]) * values[t + k + 1]
            target[t] += running * last * future
            running = running & ~over[t + k]
    return target
