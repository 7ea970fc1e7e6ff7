"""A right answer in another form earns all points: in float32 where the task does not ask for float64, or in lists.

The answers are those of the solution. No process is started: each is handed to the check as it would come from there.
"""

import numpy as np
import pytest
from keras.tree import map_structure as mapped

from course import catalog
from course.grading.runner import read_parts
from tests.meta.library_answers import Candidate, execute, generator, quiet

pytestmark = pytest.mark.backend_independent

EXERCISES = catalog.load().exercises


def in_float32(value):
    """Round what is in float64; a number of Python stays."""
    is_wide = getattr(value, "dtype", None) == np.float64
    return value.astype("float32") if is_wide else value


def in_lists(value):
    """Write arrays as nested lists."""
    return value.tolist() if isinstance(value, np.ndarray) else value


class Changed(Candidate):
    """The solution, with what it is given and what it returns in another form."""

    def __init__(self, exercise, given, returned):
        super().__init__(execute(exercise.solution), exercise.arrays)
        self._given, self._returned = given, returned

    def __getattr__(self, name):
        function = super().__getattr__(name)
        return lambda *args, **kwargs: mapped(
            self._returned, function(*mapped(self._given, args), **mapped(self._given, kwargs))
        )


def check(exercise, given, returned):
    with quiet():
        for part in read_parts(exercise.check):
            part.function(Changed(exercise, given, returned), generator(part))


@pytest.mark.parametrize(
    "exercise",
    [each for each in EXERCISES if each.arrays == "numpy"],
    ids=lambda exercise: exercise.name,
)
def test_float32_is_enough_unless_the_task_says_otherwise(exercise):
    if "float64" in exercise.task.read_text(encoding="utf-8"):
        pytest.skip("the task asks for float64")
    check(exercise, in_float32, in_float32)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_arrays_may_be_lists(exercise):
    check(exercise, lambda value: value, in_lists)


def test_an_array_and_what_is_in_a_tuple_are_changed():
    value = mapped(in_float32, (np.ones(2), [np.float64(0.1)], {"a": 1}))
    assert value[0].dtype == value[1][0].dtype == np.float32
    assert value[2] == {"a": 1}
    assert mapped(in_lists, (np.eye(2), 1.0)) == ([[1.0, 0.0], [0.0, 1.0]], 1.0)
