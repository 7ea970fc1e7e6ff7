"""The pages of the project agree with the project: titles of tasks."""

import pytest

from course import catalog

pytestmark = pytest.mark.once
EXERCISES = catalog.load().exercises


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_a_task_begins_with_the_title_of_its_exercise(exercise):
    assert exercise.task.read_text(encoding="utf-8").startswith(f"# {exercise.title}\n")
