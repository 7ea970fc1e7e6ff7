"""What a training step must not do, and the one sentence for each, the same on every backend.

A step is written once and runs on three backends, two of which run its Python only while they compile it. So a step may
not look at the numbers in a tensor, count in Python, draw random numbers that have no seed, or make variables. Most of
this is found when the step is run abstractly before the first batch (``course.training.building``).

torch can look at numbers at any time, and a program that does so works there and nowhere else. That is allowed for
users who stay on torch. Under ``COURSE_STRICT=1``, which ``course check`` and the tests of the course set, it is
refused.
"""

import os
import random
import traceback
from pathlib import Path

import keras
import numpy as np
from keras.src.random.seed_generator import global_seed_generator

from course.errors import CourseError

SIMPLE = (bool, int, float, complex, str)
_KERAS = str(Path(keras.__file__).parent)
_COURSE = str(Path(__file__).parents[1])
# Attributes of a layer that are no settings of a step.
NOT_SETTINGS = {
    "built", "compiled", "name", "stop_training", "run_eagerly", "jit_compile", "steps_per_execution", "training",
}  # fmt: skip


def strict():
    """Whether a step is refused that works on this backend only."""
    return os.environ.get("COURSE_STRICT", "0") not in ("", "0")


def written_by_user(filename):
    """Whether a file is neither a library's nor the course's engine."""
    return not filename.startswith((_KERAS, _COURSE, "<")) and "site-packages" not in filename


def reads_numbers(name, error=None):
    """The error for a step that looks at the numbers in a tensor."""
    where = ""
    for frame in traceback.extract_tb(error.__traceback__) if error else reversed(traceback.extract_stack()):
        if written_by_user(frame.filename):
            where = f" ({Path(frame.filename).name}, line {frame.lineno}: {frame.line})"
            if error is None:
                break
    return CourseError(
        f"{name} needs the numbers in a tensor{where}. A step is compiled before it has numbers: write ops.where or "
        "ops.cond for a choice and ops.while_loop for a loop, and return a tensor instead of float(tensor)."
    )


def creates(name, what):
    """The error for a step that makes something."""
    return ValueError(
        f"{name} creates {what}. Layers, optimizers, metrics and variables are made once, in __init__, as attributes "
        "of the model; the step, which is compiled, only uses them."
    )


def unseeded(name, what):
    """The error for random numbers that nothing seeds."""
    return CourseError(
        f"{name} draws random numbers {what}. A compiled step needs a seed that is part of the model: write "
        "self.seed = keras.random.SeedGenerator(1) in __init__, and keras.random.normal(shape, seed=self.seed) in the "
        "step."
    )


class Watch:
    """What a step changes in Python while it runs abstractly.

    Args:
        model: the model.
        name: of the step, for the message.
    """

    def __init__(self, model, name):
        self.model, self.name = model, name
        self.global_seed = global_seed_generator().state
        self._before = python_values(model), _generators()

    def check(self, written):
        """Raise if the step changed something that a compiled step cannot change.

        Args:
            written: the ids of the variables that it assigned.
        """
        if id(self.global_seed) in written:
            raise unseeded(self.name, "without a seed")
        values, generators = self._before
        for kind, before, after in zip(("NumPy's", "Python's"), generators, _generators(), strict=True):
            if before != after and strict():
                raise unseeded(self.name, f"from {kind} own generator")
        if self.model.run_eagerly and not strict():
            return
        for where, after in python_values(self.model).items():
            if where in values and values[where] != after:
                raise CourseError(
                    f"{self.name} changes {where[1]} from {values[where]!r} to {after!r}. A step is compiled, and its "
                    "Python runs only then: count in a variable (self.count = self.add_weight(shape=(), "
                    'initializer="zeros", trainable=False), then self.count.assign_add(1)) or in a callback.'
                )


def python_values(model):
    """The plain Python values that are attributes of the model and its layers: (layer, name) → value."""
    found = {}
    for layer in model._flatten_layers():
        owner = "self" if layer is model else layer.name
        for name, value in vars(layer).items():
            if type(value) in SIMPLE and not name.startswith("_") and name not in NOT_SETTINGS:
                found[id(layer), f"{owner}.{name}"] = value
    return found


def _generators():
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002 (the one that a step could use by mistake)
    return (kind, keys.tobytes(), *rest), random.getstate()
