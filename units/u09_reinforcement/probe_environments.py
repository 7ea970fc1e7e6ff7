"""Probe environments: so small that all values are known, each for one fault of an agent (§8.4).

An agent that learns the values of the first probe but not those of the third, say, does not discount or does not
bootstrap. Each takes seconds, where a run that fails on a large environment tells nothing about the reason.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from units.u03_optimization.hyperparameters import check_size
from units.u09_reinforcement.environments import gymnasium

try:
    from gymnasium import Env
except (
    ImportError
):  # the unit can be imported without Gymnasium: an environment that is made then says what to install
    Env = object

HIGH = 2.0  # continuous actions lie in [−2, 2]


class ProbeEnvironment(Env):
    """What all probes share: an observation of one number, two actions or a continuous one, no rendering.

    Args:
        continuous: whether an action is a number in [−2, 2], shape (1,), in place of 0 or 1.
    """

    metadata = {"render_modes": []}
    render_mode = None

    def __init__(self, continuous=False):
        spaces = gymnasium().spaces
        self.observation_space = spaces.Box(-1.0, 1.0, (1,), np.float32)
        self.action_space = spaces.Box(-HIGH, HIGH, (1,), np.float32) if continuous else spaces.Discrete(2)
        self.o, self.t = 0.0, 0

    def reset(self, *, seed=None, options=None):
        """Begin an episode."""
        super().reset(seed=seed)
        self.t, self.o = 0, self.first()
        return self._observation(), {}

    def step(self, action):
        """One step: the reward depends on the present observation and the action."""
        reward = self.reward(action)
        self.t += 1
        self.o, terminated, truncated = self.following()
        return self._observation(), float(reward), terminated, truncated, {}

    def first(self):
        """The first observation."""
        return 0.0

    def reward(self, action):
        """The reward of an action."""
        return 1.0

    def following(self):
        """Next observation, terminated, truncated."""
        return 0.0, True, False

    def _observation(self):
        return np.array([self.o], np.float32)

    def _sign(self):
        return 1.0 if self.np_random.random() < 0.5 else -1.0


class ConstantReward(ProbeEnvironment):
    """One step, the reward is 1: V = 1. A fault of the loss of the value or of the optimizer shows here."""


class ObservedReward(ProbeEnvironment):
    """One step, the reward is the observation ±1: V(s) = s. It needs a value that depends on the observation."""

    def first(self):
        """−1 or 1, each with probability 1/2."""
        return self._sign()

    def reward(self, action):
        """The observation."""
        return self.o


class DelayedReward(ProbeEnvironment):
    """Two steps, the second one has the reward 1: V(0) = γ, V(1) = 1. It needs the bootstrap and the discount."""

    def reward(self, action):
        """1 in the second step."""
        return float(self.t == 1)

    def following(self):
        """Observation 1 after the first step, the end after the second."""
        return 1.0, self.t == 2, False


class ActionMatters(ProbeEnvironment):
    """One step, action 1 has the reward 1 and action 0 the reward −1. It needs the choice of the action."""

    def reward(self, action):
        """1 for action 1, −1 for action 0."""
        return 2.0 * action - 1.0


class ActionAndObservation(ProbeEnvironment):
    """One step, the reward is 1 for action 1 at s = 1 and for action 0 at s = −1, else −1."""

    def first(self):
        """−1 or 1, each with probability 1/2."""
        return self._sign()

    def reward(self, action):
        """1 if the action has the sign of the observation."""
        return self.o * (2.0 * action - 1.0)


class ContinuousAction(ProbeEnvironment):
    """One step, the reward is −(a − 1.5 s)² with s = ±1 and a in [−2, 2]: the best action is 1.5 s, V = 0."""

    def __init__(self, continuous=True):
        if not continuous:
            raise ValueError("The action of ContinuousAction is continuous: leave out continuous=False.")
        super().__init__(continuous=True)

    def first(self):
        """−1 or 1, each with probability 1/2."""
        return self._sign()

    def reward(self, action):
        """−(a − 1.5 s)²."""
        return -((float(np.ravel(action)[0]) - 1.5 * self.o) ** 2)


class Endless(ProbeEnvironment):
    """Reward 1 for ever, but episodes are truncated: V = 1 / (1 − γ), if truncation bootstraps.

    Args:
        limit: number of steps after which an episode is truncated.
    """

    def __init__(self, continuous=False, limit=10):
        super().__init__(continuous)
        self.limit = check_size("limit", limit)

    def following(self):
        """It never terminates."""
        return 0.0, False, self.t == self.limit


class Probe(NamedTuple):
    """One probe and what is known about it.

    Attributes:
        environment: the class, for ``make``.
        fault: what an agent gets wrong that passes all probes before it and fails this one.
        observations: all observations, shape (states, 1).
        values: γ → optimal values V*(s), shape (states,).
        action_values: γ → Q*(s, a), shape (states, 2), or None if the action is continuous.
        actions: the best actions, shape (states,); None if all actions are equally good.
        continuous: whether only an agent for continuous actions can play it. Where all actions are equally good,
            ``make(probe.environment, continuous=True)`` makes a variant for such an agent.
    """

    environment: type
    fault: str
    observations: np.ndarray
    values: Callable
    action_values: Callable | None
    actions: np.ndarray | None = None
    continuous: bool = False


def _probe(environment, fault, observations, q, actions=None):
    s = np.array(observations, "float32")[:, None]
    return Probe(
        environment, fault, s, lambda gamma: np.array(q(gamma), float).max(1), lambda gamma: np.array(q(gamma), float),
        None if actions is None else np.array(actions),
    )  # fmt: skip


PROBES = {
    "constant reward": _probe(
        ConstantReward, "the loss of the value, or the optimizer", [0], lambda gamma: [[1, 1]]
    ),
    "observed reward": _probe(
        ObservedReward, "the value does not see the observation", [-1, 1], lambda gamma: [[-1, -1], [1, 1]]
    ),
    "delayed reward": _probe(
        DelayedReward, "bootstrap, discount, or termination", [0, 1], lambda gamma: [[gamma] * 2, [1, 1]]
    ),
    "action matters": _probe(
        ActionMatters, "the choice of the action, or its gradient", [0], lambda gamma: [[-1, 1]], [1]
    ),
    "action and observation": _probe(
        ActionAndObservation,
        "the action does not see the observation",
        [-1, 1],
        lambda gamma: [[1, -1], [-1, 1]],
        [0, 1],
    ),
    "endless": _probe(
        Endless, "truncation is taken for termination", [0], lambda gamma: [[1 / (1 - gamma)] * 2]
    ),
    "continuous action": Probe(
        ContinuousAction,
        "scale or gradient of a continuous action",
        np.array([[-1.0], [1.0]], "float32"),
        lambda gamma: np.zeros(2),
        None,
        np.array([-1.5, 1.5]),
        True,
    ),
}
