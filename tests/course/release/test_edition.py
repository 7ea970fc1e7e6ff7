"""The student edition of the real course: right answers pass, wrong ones do not, and its page is right."""

import os
import subprocess
import sys

import keras
import pytest

from course import catalog
from course.grading.report import FAILED, NOT_DONE
from course.grading.runner import check
from course.release.edition import release
from tests.course.grading.conftest import workers  # noqa: F401
from tests.course.release import edition as figures

# The first test computes all exercises, operation by operation: for JAX each of these is a program to compile, and on a
# busy machine it takes minutes on torch too.
pytestmark = [pytest.mark.needs_backend("torch"), pytest.mark.timeout(1200)]

ZEROS = """
import numpy as np

def bump(left, right, height, steepness):
    return np.zeros((2, 1)), np.zeros(2), np.zeros((1, 2)), np.zeros(1)

def interpolant(knots, values):
    n = len(knots) - 1
    return np.zeros((n, 1)), np.zeros(n), np.zeros((1, n)), np.zeros(1)
"""
SHARED_BY_OTHER_ORDER = """

_dealt = stratified_fold_numbers

def stratified_fold_numbers(y, folds):
    return folds - 1 - np.asarray(_dealt(y, folds))
"""
OTHER_SIGNS = """

_pca = pca

def pca(x, k):
    mean, components, share = _pca(x, k)
    return mean, -components, share
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return release(tmp_path_factory.mktemp("edition") / "edition", keras.config.backend())


@pytest.fixture
def student(edition, workers, tmp_path):  # noqa: F811
    """Function of an exercise and a text that checks the text as a student's answer in the edition."""
    there = catalog.load(edition.folder)

    def checked(name, text):
        file = tmp_path / "answer.py"
        file.write_text(text, encoding="utf-8")
        return check(there.find(name), file, workers)

    return checked


def solution(name):
    return catalog.load().find(name).solution.read_text(encoding="utf-8")


def test_every_part_of_every_exercise_is_checked_there(edition):
    deferred = {made.exercise: made.deferred for made in edition.checks if made.deferred}
    assert not deferred
    assert edition.public_points == edition.points
    caught, wrong = edition.caught
    assert caught == wrong


def test_the_page_says_what_is_checked_there(edition):
    assert figures.in_page() == edition.sentence, "python -m tests.course.release.edition --write"


def test_wrong_answers_are_found(student):
    zeros = student("4.4", ZEROS)
    assert (zeros.earned, zeros.points, zeros.complete) == (0, 6, False)
    assert {part.status for part in zeros.parts} == {FAILED}
    text = solution("4.9").replace("return len(values), best_epoch", "return 1, 0")
    stops = student("4.9", f"{text}\n\ndef early_stopping(values, patience, min_delta):\n    return (1, 0)\n")
    assert (stops.earned, stops.points, stops.complete) == (5, 10, False)
    assert [part.status for part in stops.parts[2:5]] == [FAILED] * 3
    stub = student("4.4", catalog.load().find("4.4").stub.read_text(encoding="utf-8"))
    assert {part.status for part in stub.parts} == {NOT_DONE}


def test_right_answers_that_differ_from_the_solution_pass(student):
    assert student("1.9", solution("1.9") + OTHER_SIGNS).complete
    assert student("1.6", solution("1.6") + SHARED_BY_OTHER_ORDER).complete


def test_a_students_answers_to_unit_4(edition, tmp_path):
    """Uses the command line of the edition, in a process that can import nothing else."""
    work = tmp_path / "work" / "u04"
    work.mkdir(parents=True)
    for exercise in catalog.load().find("u04").exercises:
        (work / f"{exercise.id}.py").write_bytes(exercise.solution.read_bytes())
    env = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    env |= {"PYTHONPATH": str(edition.folder), "PYTHONDONTWRITEBYTECODE": "1"}
    (tmp_path / "inside").mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "course.cli", "check", "u04", "--seed", "7"],
        env=env, cwd=tmp_path / "inside", capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert f"Work folder: {tmp_path / 'work'}" in done.stdout
    points = sum(exercise.points for exercise in catalog.load().find("u04").exercises)
    assert f"{points} of {points} points." in done.stdout
    assert "--seed 7 has no effect" in done.stderr
    assert "seed 7" not in done.stdout
