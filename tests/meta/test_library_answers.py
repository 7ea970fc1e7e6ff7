"""Reading the units' files is fine, handing them in is not; and an exercise is no easier than the one before."""

import pytest

from course import catalog
from tests.meta.library_answers import answers

pytestmark = pytest.mark.backend_independent
CONTENT = catalog.load()


@pytest.mark.parametrize("exercise", CONTENT.exercises, ids=[exercise.name for exercise in CONTENT.exercises])
def test_no_file_of_the_units_earns_more_than_half_of_an_exercise(exercise):
    found = answers(exercise, CONTENT.units)
    earned = sum(answer.points for answer in found)
    told = "\n".join(f"  {answer.points} points, {answer.part}: {answer.by}" for answer in found)
    assert 2 * earned <= exercise.points, f"{earned} of {exercise.points} points\n{told}"


def test_an_answer_in_the_library_is_found():
    """Unit 3 names stationary points as its first exercise asks: two parts of five, less than half of the points."""
    found = answers(CONTENT.find("u03/ex01"), CONTENT.units)
    assert {label for answer in found for label in answer.by.values()} == {
        "u03/stationary_points.py: classify"
    }
    assert all(set(answer.by) == {"classify"} for answer in found)


@pytest.mark.parametrize("unit", CONTENT.units, ids=[unit.name for unit in CONTENT.units])
def test_difficulty_rises_within_a_unit(unit):
    difficulties = [exercise.difficulty for exercise in sorted(unit.exercises, key=lambda e: e.number)]
    assert difficulties == sorted(difficulties), dict(
        zip((e.id for e in unit.exercises), difficulties, strict=True)
    )
