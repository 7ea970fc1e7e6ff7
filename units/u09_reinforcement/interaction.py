"""An agent steps its environments: observation, action, reward, next observation (§8.4)."""

from typing import NamedTuple

import numpy as np

from units.u09_reinforcement.environments import gymnasium, reset


class Transitions(NamedTuple):
    """What one step of all copies of an environment gave: arrays with the leading axis envs.

    An agent learns from the transition (s, a, r, s'):

    target = r + γ (1 − terminated) V(s')

    A terminated episode has no future, so the value after it is 0. A truncated episode was only cut off, by a limit
    of its length, so the value of its last state counts. ``valid`` is False where the step did nothing but begin a new
    episode: that transition was never observed, and nothing is learned from it.

    Shapes: observation s and next_observation s' (envs, …) float32; action a (envs,) or (envs, size);
    reward r (envs,) float32; terminated, truncated and valid (envs,) bool.

    References: §8.4; Pardo et al. (2018), Time limits in reinforcement learning.
    """

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    next_observation: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    valid: np.ndarray


class Interaction:
    """Step environments, and keep the books: the present observations, finished returns, the number of steps.

    Args:
        environments: from ``make``.
        seed: a whole number ≥ 0; new episodes begin with it. None goes on with those that ``make`` began.

    Attributes:
        observation: the present observations s, shape (envs, …), float32.
        returns: the returns of the finished episodes in the order of their ends, without discount.
        lengths: their numbers of steps.
        ends: what ``steps`` was when they ended.
        steps: number of valid steps so far, in all copies together.

    Raises:
        ValueError: actions of another shape, or an action that is not in the action space.
    """

    def __init__(self, environments, seed=0):
        self.environments = environments
        self.envs = environments.num_envs
        self.observation = np.asarray(reset(environments, seed)).astype("float32")
        self.returns, self.lengths, self.ends, self.steps = [], [], [], 0
        self._return, self._length = np.zeros(self.envs), np.zeros(self.envs, int)
        self._over = np.zeros(self.envs, bool)  # the episode is over: the next step begins a new one
        self._allows = _membership(environments.action_space)

    def step(self, action):
        """Do one action in each copy, shape (envs,) or (envs, size), and return the ``Transitions``."""
        action = self._checked(np.asarray(action))
        valid = ~self._over
        following, reward, terminated, truncated, _ = self.environments.step(action)
        following = np.asarray(following).astype("float32")  # a copy: Gymnasium reuses its array
        reward = reward.astype("float32")
        done = Transitions(self.observation, action, reward, following, terminated, truncated, valid)
        self._return += reward
        self._length += valid
        self.steps += int(valid.sum())
        self._over = terminated | truncated
        for i in np.flatnonzero(self._over):
            self.returns.append(float(self._return[i]))
            self.lengths.append(int(self._length[i]))
            self.ends.append(self.steps)
            self._return[i] = self._length[i] = 0
        self.observation = following
        return done

    def _checked(self, action):
        space = self.environments.action_space
        if action.shape != space.shape:
            raise ValueError(
                f"Actions of these environments have the shape {space.shape}, not {action.shape}."
            )
        if space.dtype.kind in "iu" and action.dtype.kind not in "iu":
            raise ValueError(f"Actions of these environments are whole numbers, not {action.dtype}.")
        action = action.astype(space.dtype)
        if not self._allows(action):
            raise ValueError(f"The actions {action.tolist()} are not all in the action space {space}.")
        return action


def _membership(space):
    """The function ``action → whether it is in the space``, for actions of the space's shape and dtype."""
    if isinstance(space, gymnasium().spaces.MultiDiscrete):
        # the space's own ``contains`` takes as long as an environment's step
        first, last = space.start, space.start + space.nvec - 1
        return lambda action: bool(((first <= action) & (action <= last)).all())
    return space.contains
