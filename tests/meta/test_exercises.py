"""Every exercise of the course proves itself on the running backend before it may judge anyone."""

import keras
import pytest

from course import catalog
from course.grading.certify import certify
from course.grading.workers import Workers

EXERCISES = catalog.load().exercises


@pytest.fixture(scope="module")
def workers():
    with Workers(keras.config.backend()) as pool:
        yield pool


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_exercise_is_certified(exercise, workers):
    certificate = certify(exercise, workers)
    assert certificate.ok, str(certificate)
