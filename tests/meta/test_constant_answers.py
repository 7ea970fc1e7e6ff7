"""An answer that does not depend on what is given earns at most a quarter of an exercise."""

import pytest

from course import catalog
from tests.meta.constant_answers import constants, same_for_every_seed

pytestmark = pytest.mark.backend_independent
CONTENT = catalog.load()
each = pytest.mark.parametrize(
    "exercise", CONTENT.exercises, ids=[exercise.name for exercise in CONTENT.exercises]
)


@each
def test_a_constant_or_an_argument_earns_at_most_a_quarter(exercise):
    found = constants(exercise)
    assert 4 * sum(sum(earned.values()) for _, earned in found.values()) <= exercise.points, found


@each
def test_the_answers_of_another_seed_earn_at_most_a_quarter(exercise):
    found = same_for_every_seed(exercise)
    assert 4 * sum(found.values()) <= exercise.points, found


def test_a_constant_and_an_input_without_chance_are_found():
    """In 1.8 one part asks for a tie, and its points are the same for every seed."""
    exercise = CONTENT.find("u01/ex08")
    assert constants(exercise)["assign"] == ("always 1", {"a tie goes to the lowest number": 1})
    assert same_for_every_seed(exercise) == {"a tie goes to the lowest number": 1}
