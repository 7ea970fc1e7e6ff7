"""The loop of soft actor-critic: act, store, and learn in blocks of updates (§8.4)."""

import numpy as np

from course.errors import CourseError
from units.u03_optimization.hyperparameters import check_size
from units.u09_reinforcement.environments import continuous_actions, make, observation_shape
from units.u09_reinforcement.interaction import Interaction
from units.u09_reinforcement.replay_buffer import ReplayBuffer
from units.u09_reinforcement.stopwatch import Stopwatch


class SACAgent:
    """Trains a ``SAC`` by its own actions.

    After each ``every`` environment steps a block of ``updates`` batches is drawn from the buffer and learned in one
    call of ``fit``. The paper makes one update for each step, and so does this class if both numbers are equal.

    Args:
        model: a ``SAC``; the agent compiles it.
        name: what ``make`` takes, with its ``options``.
        envs: number of environments that are stepped together.
        capacity: of the ``ReplayBuffer``.
        batch: transitions of an update.
        begin: number of steps before the first update; until then all actions are uniformly random.
        every, updates: the steps between two blocks, and the updates of a block.
        seed: of the environments, of the random actions and of the draws from the buffer.

    Attributes:
        interaction: with ``returns``, the returns of the finished episodes, and ``steps``.
        ends: number of steps at the end of each episode.
        history: one dictionary a block: steps, loss, entropy, alpha.
        watch: a ``Stopwatch`` with the seconds of environment, acting and learning.

    Raises:
        ValueError: an argument is out of its range, or the environment does not fit the model.
        CourseError: the loss is not finite.
    """

    def __init__(
        self,
        model,
        name,
        *,
        envs=1,
        capacity=100_000,
        batch=256,
        begin=200,
        every=64,
        updates=64,
        seed=0,
        **options,
    ):
        self.batch, self.begin = check_size("batch", batch), check_size("begin", begin)
        self.every, self.updates = check_size("every", every), check_size("updates", updates)
        self.model = model
        self.environments = make(name, envs, seed, **options)
        _require_fit(model, self.environments)
        if not model.compiled:
            model.compile(steps_per_execution=updates)
        self.interaction = Interaction(self.environments, seed)
        self.buffer = ReplayBuffer(capacity, (model.features,), (model.actions,), "float32", seed=[seed, 1])
        self.rng, self.watch = np.random.default_rng([seed, 2]), Stopwatch()
        self.history, self.ends = [], []
        self._due = max(self.every, self.begin)  # the number of steps at which the next block is learned

    def learn(self, steps):
        """Go on until ``steps`` environment steps have been done since the beginning; return the agent."""
        check_size("steps", steps)
        while self.interaction.steps < steps:
            self._step()
            if self.interaction.steps >= self._due:
                self._update()
        return self

    def close(self):
        """Close the environments."""
        self.environments.close()

    def _step(self):
        if self.interaction.steps < self.begin:
            low, high, envs = self.model.low, self.model.high, self.interaction.envs
            action = self.rng.uniform(low, high, size=(envs, self.model.actions)).astype("float32")
        else:
            with self.watch("acting"):
                action = self.model.act(self.interaction.observation)
        with self.watch("environment"):
            transitions = self.interaction.step(action)
        self.buffer.add(transitions)
        self.ends += [self.interaction.steps] * (len(self.interaction.returns) - len(self.ends))

    def _update(self):
        self._due = self.interaction.steps + self.every
        with self.watch("learning"):
            data = self.buffer.sample(self.updates * self.batch)
            found = self.model.fit(data, batch_size=self.batch, shuffle=False, verbose=0).history
        last = {name: float(found[name][-1]) for name in ("loss", "entropy", "alpha")}
        if not np.isfinite(list(last.values())).all():
            raise CourseError(
                f"The loss of SAC is {last['loss']} after {self.interaction.steps} steps: use a smaller learning_rate."
            )
        self.history.append({"steps": self.interaction.steps, **last})


def _require_fit(model, environments):
    shape = observation_shape(environments)
    size, low, high = continuous_actions(environments)
    if shape != (model.features,) or not (
        size == model.actions and np.allclose(low, model.low) and np.allclose(high, model.high)
    ):
        raise ValueError(
            f"The model was made for observations of length {model.features} and actions between {model.low} and "
            f"{model.high}, but the environment has observations of shape {shape} and actions between {low.tolist()} "
            f"and {high.tolist()}."
        )
