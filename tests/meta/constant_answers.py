"""How many points of an exercise somebody would earn who does not look at what is given.

Each function that an exercise asks for is replaced, while the others are the solution's: by zeros, ones or a truth
value in the form of the right answer, and by one of its own arguments, unchanged. The one that earns most counts. A
second attempt answers as the solution did for the inputs of another seed: it earns the parts whose inputs are the same
for every seed.
"""

import inspect
from contextlib import suppress

import keras
import numpy as np

from course.grading.runner import read_parts
from tests.meta.library_answers import Candidate, TooLong, defined, execute, generator, limited, quiet

SECONDS = 1  # for one part; an answer that is always the same may keep a loop of the check from ending


def constants(exercise):
    """Return name asked for → (the constant that earns most, the names and points of the parts that it earns)."""
    solution, parts = execute(exercise.solution), read_parts(exercise.check)
    best = {}
    with quiet():
        for name in defined(exercise.solution):
            for label, function in _constants(getattr(solution, name)).items():
                instead = Candidate(solution, exercise.arrays, {name: function})
                earned = {part.name: part.points for part in parts if _earns(part, instead, name)}
                if sum(earned.values()) > sum(best.get(name, ("", {}))[1].values()):
                    best[name] = label, earned
    return best


def same_for_every_seed(exercise):
    """Return the parts, with their points, that the answers to the inputs of seed 0 earn with seed 1."""
    solution = execute(exercise.solution)
    earned = {}
    with quiet():
        for part in read_parts(exercise.check):
            memory = _Memory(Candidate(solution, exercise.arrays))
            part.function(memory, generator(part, 0))
            memory.solution = None
            with suppress(Exception):
                part.function(memory, generator(part, 1))
                earned[part.name] = part.points
    return earned


def _earns(part, candidate, name):
    candidate.calls.clear()
    with suppress(Exception, TooLong), limited(SECONDS):
        part.function(candidate, generator(part))
        return name in candidate.calls
    return False


def _constants(function):
    """Return label → an answer that is always the same, or one of the arguments."""
    if inspect.isclass(function):
        return {}
    found = {
        f"always {value}": lambda *args, value=value, **kwargs: _filled(function(*args, **kwargs), value)
        for value in (0, 1, -1)
    }
    for parameter in inspect.signature(function).parameters:

        def argument(*args, parameter=parameter, **kwargs):
            return inspect.signature(function).bind(*args, **kwargs).arguments[parameter]

        found[f"the argument {parameter}"] = argument
    return found


def _filled(answer, value):
    """Return something of the form of an answer that holds one value."""
    if isinstance(answer, dict):
        return {key: _filled(item, value) for key, item in answer.items()}
    if isinstance(answer, (list, tuple)):
        return type(answer)([_filled(item, value) for item in answer])
    if isinstance(answer, (bool, int, float, str)):
        return type(answer)(value)
    return np.full_like(keras.ops.convert_to_numpy(answer), value)


class _Memory:
    """Answers as the solution; without a solution as it answered before, to what was given before."""

    def __init__(self, solution):
        self.solution, self._answers = solution, {}

    def __getattr__(self, name):
        def call(*args, **kwargs):
            key = repr((name, _key(args), _key(kwargs)))
            if self.solution is not None:
                self._answers[key] = getattr(self.solution, name)(*args, **kwargs)
            return self._answers[key]

        return call


def _key(value):
    if isinstance(value, dict):
        return {key: _key(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_key(item) for item in value]
    return value.tobytes() if isinstance(value, np.ndarray) else value
