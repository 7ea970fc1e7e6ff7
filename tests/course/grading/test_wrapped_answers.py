"""Only the values of an answer count: every solution gets full marks if it returns its arrays as lists."""

import pytest

from course import catalog
from course.grading.runner import check
from tests.course.grading.conftest import workers  # noqa: F401

# All exercises are computed, operation by operation, and for JAX each of these is a program to compile.
pytestmark = pytest.mark.needs_backend("torch")

EXERCISES = catalog.load().exercises
WRAPPING = """
import functools, types
import keras
import numpy as np

inside = types.ModuleType("inside")
exec(compile(SOURCE, __file__, "exec"), vars(inside))


def lists(value):
    return np.asarray(keras.ops.convert_to_numpy(value)).tolist()


def tuples(value):
    def turn(item):
        return tuple(map(turn, item)) if isinstance(item, list) else item
    return turn(lists(value))


def rows(value):
    return list(value) if len(value.shape) else value


def scalars(value):
    def turn(item):
        return list(map(turn, item)) if item.ndim else item[()]
    return turn(np.asarray(keras.ops.convert_to_numpy(value)))


def wrapped(value):
    if isinstance(value, (np.ndarray, keras.Variable)) or keras.ops.is_tensor(value):
        return HOW(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(wrapped, value))
    if isinstance(value, dict):
        return {key: wrapped(item) for key, item in value.items()}
    return value


def around(function):
    return lambda *args, **kwargs: wrapped(function(*args, **kwargs))


for name, thing in vars(inside).items():
    if isinstance(thing, types.FunctionType) and not name.startswith("_"):
        globals()[name] = around(thing)
    elif isinstance(thing, type) and thing.__module__ == "inside":
        globals()[name] = thing
"""


@pytest.mark.parametrize("number", range(len(EXERCISES)), ids=[exercise.name for exercise in EXERCISES])
def test_a_solution_that_answers_with_lists_gets_full_marks(number, workers, tmp_path):  # noqa: F811
    exercise = EXERCISES[number]
    for how in ("lists", ("tuples", "rows", "scalars")[number % 3]):
        file = tmp_path / f"{how}.py"
        source = exercise.solution.read_text(encoding="utf-8")
        file.write_text(f"SOURCE = {source!r}\n" + WRAPPING.replace("HOW", how), encoding="utf-8")
        report = check(exercise, file, workers, trusted=True)
        lost = [f"{part.name}: {part.message}" for part in report.parts if part.earned < part.points]
        assert not lost, f"{how}: {lost}"
