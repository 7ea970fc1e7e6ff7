"""A limit for attempts: which ones count is the same for the grader, the audit and the page of the student."""

import json
import os

import pytest

from course.errors import CourseError
from course.grading.batch import grading_queue
from course.grading.batch.attempts import limit, rule
from course.grading.batch.policy import Policy, read_policy
from course.grading.batch.submission import Submission
from course.grading.batch.times import read_time
from tests.course.grading.batch.killed_grader import grade
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

BEST, SOME, NONE = "e", "a", "c"  # the check of `grade` gives 4, 2 and 0 of 4 points


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Function of a policy and entry=text of Ann's submissions that returns her points and attempts of the audit."""
    monkeypatch.setattr(grading_queue, "check", grading_queue.check)

    def make(policy, entries, **settings):
        for name, text in entries.items():
            folder = tmp_path / "in" / name
            folder.mkdir(parents=True, exist_ok=True)
            if text is not None:
                (folder / "ex01_centre.py").write_text(text)
                os.utime(folder / "ex01_centre.py", (10**9, 10**9))
        book, new = grade(MINI, tmp_path / "in", tmp_path / "out", policy=read_policy([policy]), **settings)
        (ann,) = book.students
        notes = [note.text.partition(": ")[2] for note in book.notes if note.kind == "attempt"]
        return ann.grades[0].score, new, notes

    return make


ATTEMPTS = {"ann": NONE, "ann@2": SOME, "ann@3": NONE + "#", "ann@4": BEST}
MANY = "does not count and was not graded: only {} may count"


@pytest.mark.parametrize(
    ("policy", "score", "new"),
    [
        ("attempts=best", 4, 4),
        ("attempts=3", 2, 3),
        ("attempts=best:3", 2, 3),
        ("attempts=last:2", 2, 2),
        ("attempts=1", 0, 1),
        ("attempts=9", 4, 4),
    ],
)
def test_the_first_attempts_count(graded, policy, score, new):
    """Attempts beyond the limit are not graded at all."""
    earned, files, notes = graded(policy, ATTEMPTS)
    assert (earned, files) == (score, new)
    beyond = [note for note in notes if note]
    assert len(notes) == 4
    assert len(beyond) == 4 - new
    assert set(beyond) <= {MANY.format(f"{new} attempts"), MANY.format("1 attempt")}


def test_what_cannot_be_graded_uses_up_no_attempt(graded, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann@0.zip").write_bytes(b"this is no zip")
    assert graded("attempts=1", {"ann@1": None, "ann@2": SOME, "ann@3": BEST})[:2] == (2, 1)


def test_an_attempt_without_any_graded_file_is_free():
    """Such as one that failed to be read after its first file, or is late where late files do not count."""
    attempts = [Submission("ann", f"ann@{i}", files={"u01/ex01_centre": None}) for i in range(4)]
    attempts[0].whole = "it cannot be read"
    late = attempts[1]
    limit(attempts, Policy(limit=1, late="refuse"), lambda one: one is late)
    assert [bool(one.uncounted) for one in attempts] == [False, False, False, True]
    limit(attempts, Policy(limit=1), lambda one: one is late)
    assert [bool(one.uncounted) for one in attempts] == [False, False, True, True]


def test_a_late_attempt_counts_as_one_only_where_late_files_count(graded):
    entries = {"ann@2026-11-21": SOME, "ann@2026-11-22": BEST}
    deadline = read_time("2026-11-20", end=True)
    assert graded("attempts=1,late=penalize:50", entries, deadline=deadline)[0] == 1
    assert graded("attempts=1,late=refuse", entries, deadline=deadline)[0] == 0


def test_the_student_reads_what_counts(graded, tmp_path):
    graded("attempts=3", ATTEMPTS)
    page = (tmp_path / "out" / "students" / "ann.html").read_text()
    assert "Of your first 3 attempts the best one counts for each exercise." in page
    assert MANY.format("3 attempts") in page
    assert "ann@4" in page
    results = json.loads((tmp_path / "out" / "gradescope" / "ann" / "results.json").read_text())
    assert results["output"] == "Of your first 3 attempts the best one counts for each exercise."
    assert "attempts=best:3" in (tmp_path / "out" / "grades.json").read_text()


@pytest.mark.parametrize(
    ("policy", "entries", "sentence"),
    [
        (Policy(), ["a"], ""),
        (Policy(), ["a", "b"], "The best of your attempts counts for each exercise."),
        (Policy(attempts="last"), ["a", "b"], "Your last attempt counts."),
        (Policy(limit=1), ["a"], "Only your first attempt counts."),
        (Policy(attempts="last", limit=2), ["a"], "Of your first 2 attempts the last one counts."),
    ],
)
def test_the_rule_in_words(policy, entries, sentence):
    assert rule(policy, entries) == sentence


@pytest.mark.parametrize(
    "text", ["attempts=0", "attempts=-1", "attempts=best:x", "attempts=101", "attempts=²", "late=3"]
)
def test_limits_that_do_not_exist(text):
    with pytest.raises(CourseError, match="--policy"):
        read_policy([text])
