"""`course mark` as an instructor uses it, between two runs of `course grade`; the judge is canned."""

import csv
import json

import keras
import pytest
from typer.testing import CliRunner

from course import cli
from course.grading.batch import grading_queue
from course.grading.report import FAILED, PASSED, PartResult, Report
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """Function that types a command; `desk.parts` are the parts of the check of ex01: name → (points, earned)."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.delenv("COURSE_TRACEBACK", raising=False)
    folder = tmp_path / "in" / "anna" / "u01"
    folder.mkdir(parents=True)
    (folder / "ex01_centre.py").write_text("# anna")
    parts, judged = {"first": (3, 1), "second": (1, 0)}, []

    def judge(exercise, file, workers, seed):
        judged.append(exercise.name)
        found = [PartResult(n, p, e, PASSED if e == p else FAILED) for n, (p, e) in parts.items()]
        return Report(exercise.name, exercise.title, str(file), workers.backend, seed, found)

    monkeypatch.setattr(grading_queue, "check", judge)

    def type_in(*words):
        words = [*words, "--out", tmp_path / "out"]
        done = CliRunner().invoke(cli.app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        done.text = " ".join(done.output.split())
        return done

    def grade(*words):
        judged.clear()
        type_in("grade", tmp_path / "in", "--backend", keras.backend.backend(), *words)
        book = json.loads((tmp_path / "out" / "grades.json").read_text())
        (student,) = book["students"]
        return {name[4:8]: grade for name, grade in student["exercises"].items()}

    def mark(*words):
        return type_in("mark", "anna", *words)

    type_in.grade, type_in.mark, type_in.parts, type_in.judged = grade, mark, parts, judged
    type_in.folder = tmp_path
    return type_in


def test_a_mark_replaces_the_score_and_is_told_everywhere(desk):
    assert desk.grade()["ex01"]["score"] == "1"
    done = desk.mark("u01/ex01", "--points", "3.5", "--because", "a right proof", "--by", "Dr. Meier")
    assert done.exit_code == 0
    grade = desk.grade()["ex01"]
    assert desk.judged == []
    assert grade["score"] == "3.5"
    assert grade["state"] == "graded"
    (mark,) = grade["marks"]
    assert (mark["points"], mark["reason"], mark["who"]) == ("3.5", "a right proof", "Dr. Meier")
    out = desk.folder / "out"
    page = (out / "students" / "anna.html").read_text()
    assert f"marked by hand (a right proof; Dr. Meier, {mark['when']})" in page
    assert "3.5/4" in page
    assert json.loads((out / "gradescope" / "anna" / "results.json").read_text())["score"] == 3.5
    with open(out / "grades.csv", newline="") as file:
        assert next(csv.DictReader(file))["u01/ex01_centre"] == "3.5"
    audit = (out / "audit.csv").read_text()
    assert "Dr. Meier: 3.5 points by hand because: a right proof" in audit
    assert "Dr. Meier: 3.5 points by hand" in (out / "index.html").read_text()


def test_a_mark_of_a_part_adds_to_the_others_and_is_penalized(desk):
    desk.grade()
    desk.mark("u01/ex01", "--part", "second", "--points", "1", "--because", "a typing error")
    assert desk.grade()["ex01"]["score"] == "2"
    received = desk.folder / "received.csv"
    received.write_text("student,received\nanna,2026-01-03\n")
    late = ("--received", received, "--deadline", "2026-01-01", "--policy", "late=penalize:50")
    assert desk.grade(*late)["ex01"]["score"] == "1"
    desk.mark("u01/ex01", "--points", "4", "--because", "was ill")
    assert desk.grade(*late)["ex01"]["score"] == "4"  # a mark of the exercise is final


def test_a_mark_survives_regrading_a_new_file_and_a_changed_check(desk):
    desk.grade()
    desk.mark("u01/ex01", "--part", "second", "--points", "1", "--because", "x")
    desk.mark("u01/ex02", "--points", "2", "--because", "handed in on paper")
    assert desk.grade("--regrade", "anna")["ex01"]["score"] == "2"
    (desk.folder / "in" / "anna" / "u01" / "ex01_centre.py").write_text("# another")
    grades = desk.grade()
    assert desk.judged
    assert grades["ex01"]["score"] == "2"
    assert (grades["ex02"]["score"], grades["ex02"]["state"]) == ("2", "marked")
    del desk.parts["second"]
    assert desk.grade("--regrade", "u01/ex01")["ex01"]["score"] == "1"
    assert (
        "'second' does not apply: no graded file has this part" in (desk.folder / "out/audit.csv").read_text()
    )


def test_a_mark_for_a_name_that_a_roster_changes_is_reported_and_can_be_removed(desk):
    desk.grade()
    desk.mark("u01/ex01", "--points", "3", "--because", "a right proof")
    roster = desk.folder / "class.csv"
    roster.write_text("student,name\nanna@uni.edu,anna\n")
    again = ("grade", desk.folder / "in", "--backend", keras.backend.backend(), "--roster", roster)
    assert "not applied anna u01/ex01_centre: the mark does not apply: no student" in desk(*again).text
    assert desk.mark("u01/ex01", "--clear").exit_code == 0
    assert "does not apply" not in desk(*again).text
    assert "There is no student anna in" in desk.mark("u01/ex01", "--clear").text


def test_the_last_mark_holds_and_a_cleared_one_stays_in_the_audit(desk):
    desk.grade()
    desk.mark("u01/ex01", "--points", "4", "--because", "one")
    desk.mark("u01/ex01", "--points", "2", "--because", "two")
    assert desk.grade()["ex01"]["score"] == "2"
    assert desk.mark("u01/ex01", "--clear").exit_code == 0
    grade = desk.grade()["ex01"]
    assert (grade["score"], "marks" in grade) == ("1", False)
    audit = (desk.folder / "out" / "audit.csv").read_text()
    assert all(text in audit for text in ("because: one", "because: two", "the mark was removed"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("zoe", "u01/ex01", "--points", "1", "--because", "x"), "There is no student zoe"),
        (("Ana", "u01/ex01", "--points", "1", "--because", "x"), "Did you mean anna?"),
        (("anna", "u01/ex09", "--points", "1", "--because", "x"), "ex09"),
        (("anna", "u01", "--points", "1", "--because", "x"), "u01 is a unit: name one exercise"),
        (("anna", "u01/ex01", "--points", "5", "--because", "x"), "has only 4 points"),
        (("anna", "u01/ex01", "--points", "nan", "--because", "x"), "it is a number from 0 to 4"),
        (("anna", "u01/ex01", "--points=-1", "--because", "x"), "it is a number from 0 to 4"),
        (("anna", "u01/ex01", "--points", "2", "--part", "second", "--because", "x"), "has only 1 point."),
        (
            ("anna", "u01/ex01", "--points", "1", "--part", "third", "--because", "x"),
            "there are: first, second",
        ),
        (("anna", "u01/ex01", "--points", "1"), "--because is missing"),
        (("anna", "u01/ex01"), "Give either --points"),
        (("anna", "u01/ex01", "--clear"), "has no such mark"),
    ],
)
def test_a_mark_that_cannot_be_given_is_one_sentence(desk, words, sentence):
    before = desk.grade()
    done = desk("mark", *words)
    assert done.exit_code == 2
    assert sentence in done.text
    assert desk.grade() == before


def test_without_a_gradebook_nothing_is_made(desk):
    done = desk.mark("u01/ex01", "--points", "1", "--because", "x")
    assert done.exit_code == 2
    assert "There is no gradebook" in done.text
    assert not (desk.folder / "out").exists()
