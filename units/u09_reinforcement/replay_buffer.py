"""A replay buffer: the transitions of the past, from which batches are drawn (§8.4)."""

import json
import zipfile

import numpy as np

from course.errors import CourseError
from units.u03_optimization.hyperparameters import check_size
from units.u09_reinforcement.batches import TRANSITIONS


class ReplayBuffer:
    """The last ``capacity`` transitions (s, a, r, s', terminated), in arrays that are allocated once.

    Transition number i is written to row i mod capacity, so that the newest replaces the oldest. A batch is drawn
    uniformly and with replacement: each of the n stored transitions has the probability 1/n in every place of it.
    Only valid transitions are stored, see ``Transitions``. Truncated ones are stored like all others: they bootstrap.

    Args:
        capacity: largest number of transitions.
        observation_shape: of one observation.
        action_shape: of one action: () for a number of an action, (size,) for a continuous one.
        action_dtype: ``"int32"`` or ``"float32"``.
        seed: of the draws.

    Shapes: observation and next_observation (batch, …) float32; action (batch,) or (batch, size); reward and
    terminated (batch,) float32.

    Raises:
        ValueError: ``capacity`` is no positive whole number, a batch is drawn from an empty buffer, or transitions of
            another shape are added, or fractions for the number of an action.

    References: §8.4; Lin (1992), Self-improving reactive agents based on reinforcement learning, planning and teaching.
    """

    def __init__(self, capacity, observation_shape, action_shape=(), action_dtype="int32", seed=0):
        n = check_size("capacity", capacity)
        self.capacity, self.stored = n, 0  # stored: how many were ever written
        self.rng = np.random.default_rng(seed)
        self.arrays = {
            "observation": np.zeros((n, *observation_shape), "float32"),
            "action": np.zeros((n, *action_shape), action_dtype),
            "reward": np.zeros(n, "float32"),
            "next_observation": np.zeros((n, *observation_shape), "float32"),
            "terminated": np.zeros(n, "float32"),
        }

    def __len__(self):
        return min(self.stored, self.capacity)

    def add(self, transitions):
        """Store the valid ones of ``Transitions``."""
        new = np.flatnonzero(transitions.valid)[-self.capacity :]
        first, count = self.stored % self.capacity, len(new)
        rows = slice(first, first + count)
        if rows.stop > self.capacity:  # the last of them go to the beginning
            rows = (first + np.arange(count)) % self.capacity
        if count == len(transitions.valid):
            new = slice(None)  # NumPy copies a slice faster than chosen rows
        for name in TRANSITIONS:
            values = np.asarray(getattr(transitions, name))
            if values.shape[1:] != self.arrays[name].shape[1:]:
                raise ValueError(
                    f"This buffer stores {name} of shape {self.arrays[name].shape[1:]}, not {values.shape[1:]}."
                )
            if values.shape[:1] != (len(transitions.valid),):
                raise ValueError(
                    f"valid has {len(transitions.valid)} entries, so {name} needs as many, not {values.shape[:1]}."
                )
            if self.arrays[name].dtype.kind == "i" and values.dtype.kind not in "iu":
                raise ValueError(f"This buffer stores {name} as whole numbers, not as {values.dtype}.")
            self.arrays[name][rows] = values[new]
        self.stored += count

    def sample(self, batch):
        """Draw ``batch`` transitions: a dictionary of arrays, as the ``train_step`` of the agents takes it."""
        check_size("batch", batch)
        if not len(self):
            raise ValueError("The buffer is empty: add transitions before you draw from it.")
        rows = self.rng.integers(len(self), size=batch)
        return {name: values[rows] for name, values in self.arrays.items()}

    def save(self, path):
        """Write everything, the state of the draws included, to a file ``.npz``, to train on from it later."""
        used = {name: values[: len(self)] for name, values in self.arrays.items()}
        rng = json.dumps(self.rng.bit_generator.state)
        np.savez(path, **used, capacity=self.capacity, stored=self.stored, rng=rng)

    @classmethod
    def load(cls, path):
        """Read a buffer that ``save`` wrote; it draws what the saved one would have drawn.

        Raises:
            CourseError: the file is not there, or holds no buffer.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                saved = dict(file)
            a = saved["action"]
            buffer = cls(int(saved["capacity"]), saved["observation"].shape[1:], a.shape[1:], a.dtype)
            buffer.stored = int(saved["stored"])
            buffer.rng.bit_generator.state = json.loads(str(saved["rng"]))
            for name in TRANSITIONS:
                buffer.arrays[name][: len(buffer)] = saved[name]
        except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise CourseError(f"{path} holds no replay buffer ({error}): give a file of save().") from None
        return buffer
