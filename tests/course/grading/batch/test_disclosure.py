"""Levels of feedback, `--regrade` and the place of `--out`, as an instructor uses them; the judge is canned."""

import json

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from course import cli
from course.grading import checks
from course.grading.batch import grading_queue
from course.grading.batch.disclosure import parts_shown
from course.grading.errors import CheckFailed
from course.grading.feedback import explain
from course.grading.report import FAILED, PartResult, Report
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def graded(monkeypatch, tmp_path):
    """Function that types `course grade` with options; `graded.files` lists the exercises that were judged."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.delenv("COURSE_TRACEBACK", raising=False)
    for student in ("ann", "bob"):
        for exercise in ("ex01_centre", "ex02_scale"):
            path = tmp_path / "in" / student / "u01" / f"{exercise}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {student}")
    judged = []

    def judge(exercise, file, workers, seed):
        judged.append((file.read_bytes().decode()[2:].strip(), exercise.id[:4]))
        part = PartResult(
            "first", exercise.points, 1, FAILED, "It differs by 9.5 at [2]: got 1.25, expected 8765.5."
        )
        part.inputs, part.got, part.expected, part.hint = {"x": "4321.5"}, "1.25", "8765.5", "Mind the axis."
        return Report(
            exercise.name, exercise.title, str(file), workers.backend, seed, [part], printed="PRINTED"
        )

    monkeypatch.setattr(grading_queue, "check", judge)

    def type_in(*words, out=None):
        judged.clear()
        out = out or tmp_path / "out"
        command = ["grade", tmp_path / "in", "--out", out, "--backend", keras.backend.backend(), *words]
        done = CliRunner().invoke(cli.app, [str(word) for word in command])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        done.text = " ".join(done.output.split())
        return done

    type_in.judged, type_in.folder = judged, tmp_path
    return type_in


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("none", ()),
        ("points", ("1/4",)),
        ("hints", ("1/4", "It differs", "Mind the axis", "4321.5", "1.25")),
        ("full", ("1/4", "It differs", "Mind the axis", "4321.5", "1.25", "8765.5", "9.5")),
    ],
)
def test_a_student_reads_what_the_level_allows(graded, level, shown):
    assert graded("--feedback", level).exit_code == 0
    page = (graded.folder / "out" / "students" / "ann.html").read_text()
    results = (graded.folder / "out" / "gradescope" / "ann" / "results.json").read_text()
    body = page.split("</style>")[1]
    texts = ("1/4", "It differs", "Mind the axis", "4321.5", "1.25", "8765.5", "9.5")
    assert [text for text in texts if text in body] == list(shown)
    assert ("PRINTED" in body) == (level in ("hints", "full"))
    for secret in {"It differs", "Mind the axis", "8765.5", "9.5"} - set(shown):
        assert secret not in results
    assert (json.loads(results)["visibility"] == "hidden") == (level == "none")
    assert "8765.5" in (graded.folder / "out" / "grades.json").read_text()  # the instructor reads everything


def test_hints_are_the_default_and_a_level_changes_no_result(graded):
    graded()
    assert "8765.5" not in (graded.folder / "out" / "students" / "ann.html").read_text()
    graded("--feedback", "full")
    assert graded.judged == []
    assert "8765.5" in (graded.folder / "out" / "students" / "ann.html").read_text()


def test_an_unknown_level_is_refused(graded):
    done = graded("--feedback", "some")
    assert done.exit_code == 2
    assert "none, points, hints, full" in done.text


def test_a_page_of_a_student_neither_links_to_the_class_nor_names_others(graded):
    for exercise in ("ex01_centre", "ex02_scale"):
        (graded.folder / "in" / "bob" / "u01" / f"{exercise}.py").write_text("# ann")
    graded()
    page = (graded.folder / "out" / "students" / "ann.html").read_text()
    assert "<a " not in page
    assert "bob" not in page
    assert "is the same file as that of bob" in (graded.folder / "out" / "audit.csv").read_text()


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (np.array([1.0, 2.0]), np.array([1.0, 8765.5])),
        (np.array(2.0), np.array(8765.5)),
        (np.array([1 + 2j]), np.array([8765.5 + 1j])),
        (np.array([1, 2]), np.array([1, 87655])),
        ([1.0, "b"], [1.0, "w8765"]),
        (None, "w8765"),
        (1.0, [8765.5, 8765.25]),
        ({"a": 1.0}, {"w8765": 1.0}),
        ({"a": 1.0}, {"a": 8765.5}),
    ],
)
@pytest.mark.parametrize("compare", [checks.close, checks.equal])
def test_no_comparison_tells_the_expected_value(got, expected, compare):
    with pytest.raises(CheckFailed) as error:
        compare(got, expected, {"x": np.ones(2)})
    part = PartResult("all", 4)
    explain(error.value, [], part)
    assert "8765" in part.message + part.expected
    (shown,) = parts_shown({"parts": [vars(part)]}, "hints")
    assert "8765" not in str(shown)
    assert "876" not in shown["message"]
    assert " by " not in shown["message"]  # the size of the error tells the value as well
    assert shown["message"].endswith(".")
    assert ".." not in shown["message"]


def test_regrade_means_a_student_or_an_exercise(graded):
    graded()
    assert len(graded.judged) == 4
    graded()
    assert graded.judged == []
    graded("--regrade", "ann")
    assert sorted(graded.judged) == [("ann", "ex01"), ("ann", "ex02")]
    graded("--regrade", "u01/ex02")
    assert sorted(graded.judged) == [("ann", "ex02"), ("bob", "ex02")]
    graded("--regrade", "ann", "--regrade", "u01/ex02")
    assert len(graded.judged) == 3
    done = graded("--regrade", "zoe")
    assert done.exit_code == 2
    assert graded.judged == []
    assert "--regrade zoe: no student of these submissions" in done.text


@pytest.mark.parametrize("place", ["in", "in/grades", "in/ann/deep/er"])
def test_out_inside_the_submissions_is_refused(graded, place):
    before = sorted(graded.folder.rglob("*"))
    done = graded(out=graded.folder / place)
    assert done.exit_code == 2
    assert "is inside the submissions" in done.text
    assert sorted(graded.folder.rglob("*")) == before


def test_a_run_without_the_deadline_of_the_last_one_says_so_once(graded):
    first = graded("--deadline", "2026-11-20", "--policy", "late=refuse", "--policy", "attempts=last")
    assert "The last run into this folder" not in first.text
    second = graded("--policy", "late=refuse")
    assert "had --deadline 2026-11-20, --policy attempts=last; this run did not." in second.text
    third = graded("--feedback", "points")
    assert "had --policy late=refuse; this run did not." in third.text
    assert "had --feedback points; this run did not." in graded().text
    assert "The last run into this folder" not in graded().text
