"""What a training step must not do, and the one sentence for each, the same on every backend.

A step is written once and runs on three backends, two of which run its Python only while they compile it. So a step may
not look at the numbers in a tensor, count in Python, draw random numbers that have no seed, or make variables. Most of
this is found when the step is run abstractly before the first batch (``building``).

torch can look at numbers at any time, and a program that does so works there and nowhere else. That is allowed for
users who stay on torch. Under ``COURSE_STRICT=1``, which ``course check`` and the tests of the course set, it is
refused.
"""

import os
import random
import traceback
from pathlib import Path

import numpy as np
from keras.src.random.seed_generator import global_seed_generator

from course.errors import CourseError
from course.training.rules import python_values
from course.training.rules.user_lines import written_by_user


def strict():
    """Whether a step is refused that works on this backend only."""
    return os.environ.get("COURSE_STRICT", "0") not in ("", "0")


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


def changes(name, what, before, after):
    """The error for a step that counts or collects in Python."""
    return CourseError(
        f"{name} changes {what} from {before} to {after}. A step is compiled, and its Python runs only then: count "
        'in a variable (self.count = self.add_weight(shape=(), initializer="zeros", trainable=False), then '
        "self.count.assign_add(1)) or in a callback."
    )


def keeps(name, what):
    """The error for a step that keeps a tensor in an attribute."""
    return CourseError(
        f"{name} keeps a tensor in {what}. A step is compiled, and there a tensor is only a place for numbers to come: "
        "return it from the step to report it, or keep its numbers in a variable (self.last = self.add_weight("
        "shape=(), trainable=False) in __init__, self.last.assign(tensor) in the step)."
    )


class Kept:
    """The tensors in attributes of a model's layers, as they were before a step ran.

    Args:
        model: the model.
        name: of the step, for the message.
    """

    def __init__(self, model, name):
        self.model, self.name = model, name
        self._before = python_values.tensors_of(model._flatten_layers())
        self._values = {id(layer): (layer, dict(vars(layer))) for layer in model._flatten_layers()}

    def put_back(self):
        """Give the attributes that hold tensors of the step the values that they had; return where they are."""
        places = []
        for (i, name), (layer, tensors) in python_values.tensors_of(self.model._flatten_layers()).items():
            known = {id(x) for x in self._before.get((i, name), (None, ()))[1]}
            if any(id(x) not in known for x in tensors):
                places.append(f"{'self' if layer is self.model else layer.name}.{name}")
                _, before = self._values.get(i, (layer, {}))
                if name in before:
                    vars(layer)[name] = before[name]
                else:
                    del vars(layer)[name]
        return places

    def check(self):
        """Raise if the step keeps a tensor, unless the model runs eagerly for a user who stays on this backend."""
        places = self.put_back()
        if places and (strict() or not self.model.run_eagerly):
            raise keeps(self.name, places[0])


class Watch:
    """What a step changes in Python while it runs abstractly.

    Args:
        model: the model.
        name: of the step, for the message.
    """

    def __init__(self, model, name):
        self.model, self.name = model, name
        self.global_seed = global_seed_generator().state
        self._before = python_values.values_of(model._flatten_layers()), _generators(model)

    def check(self, written):
        """Raise if the step changed something that a compiled step cannot change.

        Args:
            written: the ids of the variables that it assigned.
        """
        if id(self.global_seed) in written:
            raise unseeded(self.name, "without a seed")
        values, generators = self._before
        for which, after in _generators(self.model).items():
            if generators.get(which, after) != after and strict():
                raise unseeded(self.name, f"from {which}")
        if self.model.run_eagerly and not strict():
            return
        read = self.model._read_by_steps.value
        for (i, name), (layer, after, now) in python_values.values_of(self.model._flatten_layers()).items():
            _, before, then = values.get((i, name), (layer, after, now))
            if then != now and python_values.counts(name, layer, read):
                raise changes(
                    self.name, f"{'self' if layer is self.model else layer.name}.{name}", before(), after()
                )


def _generators(model):
    """The states of generators of NumPy and Python that the model holds, as text; name → state.

    The generators of the modules ``random`` and ``numpy.random`` are not among them: imports and other threads draw
    from these too. ``course portable`` finds a step that does.
    """
    found = {}
    for layer in model._flatten_layers():
        for name, value in vars(layer).items():
            where = f"{'self' if layer is model else layer.name}.{name}"
            if isinstance(value, np.random.Generator):
                found[where] = value.bit_generator.state
            elif isinstance(value, np.random.RandomState):
                found[where] = value.get_state()
            elif isinstance(value, random.Random):
                found[where] = value.getstate()
    return {which: repr(_listed(state)) for which, state in found.items()}


def _listed(state):
    """A state of which every number is printed."""
    if isinstance(state, dict):
        return {key: _listed(part) for key, part in state.items()}
    if isinstance(state, tuple):
        return [_listed(part) for part in state]
    return state.tobytes() if isinstance(state, np.ndarray) else state
