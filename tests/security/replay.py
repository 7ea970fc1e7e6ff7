"""Makes a file that replays the recorded answers of the student edition, in order to get points without solving.

python -m tests.security.replay u01        # prints what such files earn with the recorded seeds and with a random seed
"""

import argparse
import importlib.util
import tempfile
from contextlib import suppress
from pathlib import Path

import keras
import numpy as np

from course import catalog as catalogs
from course.grading import recorded
from course.grading.errors import CandidateError, CheckFailed
from course.grading.runner import check
from course.grading.sandbox.workers import Workers
from course.release.cases import public_checks

_FILE = '''"""Replays the recorded answers."""

import hashlib

import keras
import numpy as np

nan, inf = float("nan"), float("inf")
ANSWERS = {answers!r}


def as_known(value):
    if isinstance(value, (list, tuple)):
        return [as_known(item) for item in value]
    if isinstance(value, dict):
        return {{key: as_known(item) for key, item in value.items()}}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    value = np.asarray(keras.ops.convert_to_numpy(value))
    kind = {{"f": "float32", "i": "int32", "u": "int32", "b": "bool"}}[value.dtype.kind]
    return (value.shape, hashlib.sha256(value.astype(kind).tobytes()).hexdigest())


def as_answer(value):
    if isinstance(value, tuple) and value and value[0] == "array":
        return np.array(value[2], value[1]).reshape(value[3])
    if isinstance(value, tuple) and value and value[0] == "tuple":
        return tuple(as_answer(item) for item in value[1])
    if isinstance(value, list):
        return [as_answer(item) for item in value]
    if isinstance(value, dict):
        return {{key: as_answer(item) for key, item in value.items()}}
    return value


def play(name, args, kwargs):
    key = (name, repr(as_known(args)), repr(sorted(as_known(kwargs).items())))
    if key not in ANSWERS:
        raise LookupError("nothing is recorded for this call")
    kind, value = ANSWERS[key]
    if kind == "raises":
        raise getattr(__builtins__, "__dict__", __builtins__).get(value, Exception)
    return as_answer(value)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *args, **kwargs: play(name, args, kwargs)
'''


class _Recorder:
    """Replaces the candidate: runs the solution in this process and stores its answers."""

    def __init__(self, exercise):
        self._tensors = exercise.arrays == "tensor"
        self._module = _execute(exercise.solution.read_text(), exercise.id)
        self._known = _execute(_FILE.format(answers={}), "replay")
        self.answers = {}

    def __getattr__(self, name):
        thing = getattr(self._module, name)

        def call(*args, **kwargs):
            key = (name, repr(self._known.as_known(args)), repr(sorted(self._known.as_known(kwargs).items())))
            try:
                value = _plain(thing(*self._given(args), **self._given(kwargs)))
            except Exception as error:
                kinds = [kind.__name__ for kind in type(error).__mro__]
                self.answers[key] = ("raises", kinds[0])
                raise CandidateError(kinds[0], str(error), kinds) from None
            self.answers[key] = ("returns", _written(value))
            return value

        return call

    def _given(self, value):
        if isinstance(value, (list, tuple)):
            return type(value)(self._given(item) for item in value)
        if isinstance(value, dict):
            return {key: self._given(item) for key, item in value.items()}
        if not isinstance(value, np.ndarray):
            return value
        narrow = {"float64": "float32", "int64": "int32"}.get(value.dtype.name, value.dtype.name)
        return keras.ops.convert_to_tensor(value.astype(narrow)) if self._tensors else value.copy()


def recorded_checks(exercise, workers):
    """Return the public checks of an exercise, as in the student edition."""
    return public_checks(exercise, workers, cases=3)


def replay(exercise, made):
    """Return the source of a file that replays these recorded cases."""
    recorder = _Recorder(exercise)
    for entry in made.content["parts"]:
        for case in entry["cases"]:
            keras.utils.set_random_seed(case["seed"])
            with suppress(CheckFailed, AttributeError, TypeError):  # an object that cannot be recorded
                recorded.play(case["steps"], made.arrays, {0: recorder})
    return _FILE.format(answers=recorder.answers)


def constant_points(made):
    """Return the points of the parts whose calls do not depend on the seed: a file of constants can earn them."""
    return sum(entry["points"] for entry in made.content["parts"] if len(entry["cases"]) < 2)


def _execute(text, name):
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader=None))
    exec(compile(text, f"{name}.py", "exec"), vars(module))
    return module


def _plain(value):
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return np.asarray(keras.ops.convert_to_numpy(value))


def _written(value):
    if isinstance(value, np.ndarray):
        return ("array", value.dtype.name, value.ravel().tolist(), value.shape)
    if isinstance(value, tuple):
        return ("tuple", [_written(item) for item in value])
    if isinstance(value, list):
        return [_written(item) for item in value]
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    return value


def main():
    """Print the points that replays of a unit's exercises earn."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.security.replay", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("units", nargs="+", help="units, such as u01 u02")
    named = parser.parse_args().units
    sums = np.zeros(4, int)
    exercises = [e for name in named for e in catalogs.load().find(name).exercises]
    with Workers(keras.config.backend()) as workers, tempfile.TemporaryDirectory() as folder:
        for exercise in exercises:
            made = recorded_checks(exercise, workers)
            file = Path(folder) / f"{exercise.id}.py"
            file.write_text(replay(exercise, made))
            earned = [check(exercise, file, workers, seed).earned for seed in (0, 123456)]
            sums += (exercise.points, earned[0], earned[1], constant_points(made))
            print(exercise.name, exercise.points, *earned, constant_points(made), flush=True)
    print("points, with seed 0, with a drawn seed, of constants:", *sums)


if __name__ == "__main__":
    main()
