"""The way of an instructor with a platform: download, `course grade --roster --export`, import."""

import csv
import io

import pytest
from typer.testing import CliRunner

from course import cli
from course.cli import grade as command
from course.grading.batch import grading_queue
from course.grading.sandbox.launcher import plain
from tests.course.grading.batch.killed_grader import judge
from tests.course.grading.conftest import MINI
from tests.course.grading.platforms.test_downloads import CANVAS_FILES, MOODLE_FOLDERS
from tests.course.grading.platforms.test_rosters import CANVAS, WORKSHEET

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Function that runs `course grade in --out out …` with a check that needs no Keras."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(grading_queue, "check", judge)
    where = {"backends": ("torch",), "launcher": plain, "jailed": False, "why": "a test"}
    monkeypatch.setattr(command, "_where", lambda backend: where)

    def run(files, roster, *words, status=0):
        for path, data in files.items():
            (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / path).write_bytes(data)
        (tmp_path / "class.csv").write_text(roster)
        words = ["grade", "in", "--out", "out", "--roster", "class.csv", "--zone", "UTC", *words]
        done = CliRunner().invoke(cli.app, words)
        assert done.exit_code == status, done.output
        return " ".join(done.output.split())

    return run


def table(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_canvas(course, tmp_path):
    words = ["--export", "canvas", "--export", "csv", "--policy", "late=refuse"]
    output = course(CANVAS_FILES, CANVAS.replace("Unit 2", "Unit 1"), *words)
    assert "late oneillzoë_502: is marked as late by the learning platform" in output
    head, possible, anna, zoe = table(tmp_path / "out" / "export" / "canvas.csv")
    assert (head[-1], possible[-1]) == ("Unit 1 (98765)", "36")
    assert (anna[1], zoe[1], zoe[-1]) == ("501", "502", "0")
    total = next(row for row in table(tmp_path / "out" / "grades.csv") if row[0] == "anna.mueller")[4]
    assert float(anna[-1]) == pytest.approx(float(total) * 36 / 7, abs=0.01)
    assert (tmp_path / "out" / "students" / "anna.mueller.html").is_file()
    assert table(tmp_path / "out" / "export" / "csv.csv")[1][:2] == ["Müller, Anna", "501"]


def test_moodle(course, tmp_path):
    """The time of the worksheet counts: the files were handed in on 20 November."""
    words = ["--export", "moodle", "--deadline", "2026-11-19", "--policy", "late=penalize:50"]
    course(MOODLE_FOLDERS, WORKSHEET, *words, "--student-column", "ID number")
    rows = {row[0]: row for row in table(tmp_path / "out" / "grades.csv")}
    assert list(rows) == ["student", "4711", "4712"]
    assert rows["4711"][-1] == "2"  # two late exercises
    assert rows["4712"][-1] == "0"  # the worksheet has no time, and that of the file is that of the download
    worksheet = table(tmp_path / "out" / "export" / "moodle.csv")
    assert [row[0] for row in worksheet] == ["Identifier", "Participant 815", "Participant 816"]
    assert float(worksheet[1][5]) == pytest.approx(float(rows["4711"][4]) * 100 / 7, abs=0.01)
    output = course({}, WORKSHEET, "--student-column", "ID number")  # the next run forgets some options
    forgotten = "--deadline 2026-11-19, --policy late=penalize:50, --export moodle; this run did not"
    assert f"The last run into this folder had {forgotten}" in output
    assert not (tmp_path / "out" / "export" / "moodle.csv").exists()


def test_a_roster_of_another_platform(course):
    assert "needs a roster from Canvas" in course(MOODLE_FOLDERS, WORKSHEET, "--export", "canvas", status=2)


def test_no_page_of_a_student_names_a_namesake(course, tmp_path):
    roster = (
        WORKSHEET.replace("Participant 815", "Participant 1")
        + '"Participant 2","Anna Müller",,other@uni.edu,,,,,-,-,\n'
    )
    output = course(MOODLE_FOLDERS, roster)
    assert "namesake Anna Müller_815: Anna Müller fits anna.mueller@uni.edu and other@uni.edu" in output
    page = next((tmp_path / "out" / "students").glob("Anna_M*815*.html")).read_text()
    assert "other@uni.edu" not in page
    assert "other@uni.edu" in (tmp_path / "out" / "index.html").read_text()
