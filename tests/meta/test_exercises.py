"""Every exercise of the course proves itself before it may judge anyone.

On every backend a class of three is graded by `course grade`, as an instructor does it: one student hands in all
solutions, one the stub of the first exercise of each unit, one its first mistake. All stubs and all mistakes are
certified once: whether a check sees a mistake does not depend on the backend, and on each the solution has just
earned full marks.
"""

import json
import os

import keras
import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.grading.authoring.certify import certify
from course.grading.sandbox.jail import best_launcher, examine
from course.grading.sandbox.workers import Workers

UNITS = catalog.load().units
EXERCISES = [exercise for unit in UNITS for exercise in unit.exercises]
each = pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])


def handed_in():
    """Student, exercise and file of all that the class hands in."""
    for exercise in EXERCISES:
        yield "solutions", exercise, exercise.solution
    for first in (unit.exercises[0] for unit in UNITS):
        yield "stubs", first, first.stub
        yield "mistakes", first, first.wrong[next(iter(first.mistakes))]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Student → exercise → the grade, as `grades.json` has it."""
    folder = tmp_path_factory.mktemp("class")
    for student, exercise, file in handed_in():
        place = folder / "in" / student / exercise.unit.name
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{exercise.id}.py").write_bytes(file.read_bytes())
    words = ["grade", str(folder / "in"), "--out", str(folder / "out"), "--jobs", "1", "--seed", "1"]
    result = CliRunner().invoke(cli.app, [*words, "--backend", keras.config.backend()])
    assert result.exit_code == 0, result.output
    book = json.loads((folder / "out" / "grades.json").read_bytes())
    assert book["jailed"] == examine().there
    assert book["jailed"] or os.environ.get("CI", "").lower() not in ("1", "true")
    return {student["student"]: student["exercises"] for student in book["students"]}


@pytest.fixture(scope="module")
def workers():
    with Workers(keras.config.backend(), best_launcher()[0]) as pool:
        yield pool


def parts(grade):
    return [part for report in grade["reports"].values() for part in report["parts"]]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("units", [UNITS], ids=["-".join(unit.name for unit in UNITS)])  # they share its cost
def test_stubs_earn_nothing_and_mistakes_lose_marks(units, graded):
    for first in (unit.exercises[0] for unit in units):
        stub, mistake = graded["stubs"][first.name], graded["mistakes"][first.name]
        assert {stub["state"], mistake["state"]} == {"graded"}
        assert stub["score"] == "0"
        assert {part["status"] for part in parts(stub)} == {"not done"}
        assert all("NotImplementedError" in part["message"] for part in parts(stub))
        assert float(mistake["score"]) < first.points
        assert not any(part["fault"] for part in parts(stub) + parts(mistake))


@pytest.mark.timeout(1200)  # if it runs alone, it waits for the whole class
@each
def test_a_solution_earns_full_marks(exercise, graded):
    grade = graded["solutions"][exercise.name]
    assert grade["state"] == "graded"
    failed = [part for part in parts(grade) if part["status"] != "passed"]
    assert (grade["score"], failed) == (str(exercise.points), [])
    assert not any(part["fault"] for part in parts(grade))


@pytest.mark.backend_independent
@each
def test_exercise_is_certified(exercise, workers):
    certificate = certify(exercise, workers)
    assert certificate.ok, str(certificate)
    assert certificate.jailed == examine().there
