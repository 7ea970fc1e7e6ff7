"""Right answers in other ways earn all points: loops, other formulas, other libraries, other containers.

`tests/fixtures/other_answers/uNN/exNN_1.py` is a whole answer as a student may hand it in, written from the task alone.
No process is started. The sandbox, and what an exercise forbids, are tested elsewhere.
"""

from pathlib import Path

import pytest

from course import catalog
from course.grading.runner import read_parts
from tests.meta.library_answers import Candidate, execute, generator, quiet

pytestmark = pytest.mark.backend_independent

FOLDER = Path(__file__).parents[1] / "fixtures" / "other_answers"
ANSWERS = sorted(FOLDER.glob("u*/ex*.py"))
CONTENT = catalog.load()


def check(path, seed=0):
    exercise, answer = CONTENT.find(f"{path.parent.name}/{path.stem[:4]}"), execute(path)
    with quiet():
        for part in read_parts(exercise.check):
            part.function(Candidate(answer, exercise.arrays), generator(part, seed))


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_answer_that_is_written_in_another_way_is_right(path):
    check(path)


def test_every_exercise_from_unit_3_on_has_one():
    written = {f"{path.parent.name}/{path.stem[:4]}" for path in ANSWERS}
    names = {exercise.name[:8] for exercise in CONTENT.exercises if exercise.name[:3] > "u02"}
    assert written == names


def test_the_inputs_of_int8_are_rounded_alike_in_float32_and_in_float64():
    """With this seed a number was so near to the middle between two integers that an answer in float64 lost points."""
    check(FOLDER / "u06" / "ex14_1.py", seed=745)
