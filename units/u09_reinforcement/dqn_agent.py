"""The loop of deep Q-learning: act, store, and learn in blocks of updates (§8.4)."""

import numpy as np

from course.errors import CourseError
from units.u03_optimization.hyperparameters import check_positive, check_size
from units.u09_reinforcement.environments import discrete_actions, make, observation_shape
from units.u09_reinforcement.interaction import Interaction
from units.u09_reinforcement.replay_buffer import ReplayBuffer
from units.u09_reinforcement.stopwatch import Stopwatch


class DQNAgent:
    """Trains a ``DQN`` by its own actions.

    With probability ε the action is random, else argmax_a Q(s, a). Here ε falls along a line from ``epsilon[0]`` to
    ``epsilon[1]`` in the first ``exploration`` steps. After each ``every`` steps a block of ``updates`` batches is
    drawn from the buffer and learned in one call of ``fit``: a call costs milliseconds, an update a part of one.

    Args:
        model: a ``DQN``; the agent compiles it with ``optimizer``.
        name: what ``make`` takes, with its ``options``.
        optimizer: of the model; None if the model is compiled already.
        envs: number of environments that are stepped together.
        capacity: of the ``ReplayBuffer``.
        batch: transitions of an update.
        begin: number of steps before the first update; until then all actions are random.
        every, updates: the steps between two blocks, and the updates of a block.
        epsilon, exploration: see above.
        seed: of the environments, of the random actions and of the draws from the buffer.

    Attributes:
        interaction: with ``returns``, the returns of the finished episodes, and ``ends``, the steps at their ends.
        history: one dictionary a block: steps, updates, epsilon, loss, value (the mean of Q(s, a)).
        watch: a ``Stopwatch`` with the seconds of environment, acting and learning.

    Raises:
        ValueError: an argument is out of its range, or the environment does not fit the model.
        CourseError: the loss is not finite.

    References: §8.4; Mnih et al. (2015), Human-level control through deep reinforcement learning.
    """

    def __init__(
        self, model, name, optimizer=None, *, envs=8, capacity=100_000, batch=64, begin=1000, every=256, updates=128,
        epsilon=(1.0, 0.04), exploration=8000, seed=0, **options,
    ):  # fmt: skip
        self.batch, self.begin = check_size("batch", batch), check_size("begin", begin)
        self.every, self.updates = check_size("every", every), check_size("updates", updates)
        self.exploration = check_positive("exploration", exploration)
        if len(epsilon) != 2 or not all(0 <= e <= 1 for e in epsilon):
            raise ValueError(f"epsilon must be two probabilities, the first and the last, not {epsilon!r}.")
        self.epsilons, self.model = epsilon, model
        self.environments = make(name, envs, seed, **options)
        _require_fit(model, self.environments)
        if optimizer is not None:
            model.compile(optimizer, steps_per_execution=updates)
        elif not model.compiled:
            raise ValueError("The model is not compiled: give the agent an optimizer.")
        self.interaction = Interaction(self.environments, seed)
        self.buffer = ReplayBuffer(capacity, model.observation_shape, seed=[seed, 1])
        self.rng, self.watch, self.history = np.random.default_rng([seed, 2]), Stopwatch(), []
        self._due = max(self.every, self.begin)  # the number of steps at which the next block is learned

    @property
    def epsilon(self):
        """The probability of a random action at the present step."""
        first, last = self.epsilons
        return first + (last - first) * min(self.interaction.steps / self.exploration, 1.0)

    def learn(self, steps, after_block=None):
        """Go on until ``steps`` environment steps have been done since the beginning; return the agent.

        Args:
            steps: in all copies of the environment together, earlier calls included.
            after_block: None, or a function that is called without arguments after each block of updates.
        """
        check_size("steps", steps)
        while self.interaction.steps < steps:
            self._step()
            if self.interaction.steps >= self._due:
                self._update()
                if after_block is not None:
                    after_block()
        return self

    def close(self):
        """Close the environments."""
        self.environments.close()

    def _step(self):
        envs = self.interaction.envs
        action = self.rng.integers(self.model.actions, size=envs)
        explore = self.rng.random(envs) < self.epsilon
        if self.interaction.steps >= self.begin and not explore.all():
            with self.watch("acting"):
                action = np.where(explore, action, self.model.act(self.interaction.observation))
        with self.watch("environment"):
            transitions = self.interaction.step(action)
        with self.watch("storing"):
            self.buffer.add(transitions)

    def _update(self):
        self._due = self.interaction.steps + self.every
        with self.watch("learning"):
            data = self.buffer.sample(self.updates * self.batch)
            found = self.model.fit(data, batch_size=self.batch, shuffle=False, verbose=0).history
        done = self.updates * (len(self.history) + 1)
        loss, value, steps = found["loss"][-1], found["value"][-1], self.interaction.steps
        if not np.isfinite(loss):
            raise CourseError(
                f"The loss of deep Q-learning is {loss} after {done} updates: use a smaller learning rate, or "
                "global_clipnorm in the optimizer."
            )
        entry = {"steps": steps, "updates": done, "epsilon": self.epsilon, "loss": loss, "value": value}
        self.history.append(entry)


def _require_fit(model, environments):
    actions, shape = discrete_actions(environments), observation_shape(environments)
    if (shape, actions) != (model.observation_shape, model.actions):
        raise ValueError(
            f"The model was made for observations of shape {model.observation_shape} and {model.actions} actions, but "
            f"the environment has observations of shape {shape} and {actions} actions."
        )
