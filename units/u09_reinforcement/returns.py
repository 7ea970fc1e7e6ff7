"""Discounted returns of recorded steps, by one pass backwards in time (§8.4)."""

import numpy as np


def discounted_returns(reward, ended, discount, last_value=0.0):
    """The return from every step on.

    G_t = r_t + γ G_{t+1} inside of an episode,   G_T = r_T at its end

    Args:
        reward: r, shape (steps,) or (steps, envs).
        ended: true where a step is the last one of its episode, of the same shape.
        discount: γ.
        last_value: what is expected after the last row, a number or shape (envs,): V of the observation there if the
            recording was cut, 0 if every episode in it is complete.

    Returns:
        G, float64, of the shape of ``reward``.

    Raises:
        ValueError: the shapes differ, or the discount is not in [0, 1].

    Example:
        >>> discounted_returns([1.0, 1.0, 1.0], [False, True, True], discount=0.5)
        array([1.5, 1. , 1. ])

    References: Sutton and Barto, Reinforcement Learning, 2018, section 3.3.
    """
    reward, ended = np.asarray(reward, "float64"), np.asarray(ended, bool)
    check_recording(discount, reward=reward, ended=ended)
    following = np.zeros(reward.shape[1:]) + last_value
    returns = np.zeros(reward.shape)
    for t in reversed(range(len(reward))):
        # G_t = r_t + γ (1 − ended_t) G_{t+1}
        following = reward[t] + discount * np.where(ended[t], 0.0, following)
        returns[t] = following
    return returns


def check_recording(discount, **arrays):
    """Raise ValueError unless the discount is in [0, 1] and all arrays have one shape (steps, …)."""
    if not 0 <= discount <= 1:
        raise ValueError(f"discount is a number from 0 to 1, not {discount}.")
    shapes = {name: array.shape for name, array in arrays.items()}
    if len(set(shapes.values())) > 1 or not all(shapes.values()):
        given = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"The arrays of a recording have one shape (steps, envs), not {given}.")
