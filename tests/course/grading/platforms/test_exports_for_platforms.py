"""Exports for learning platforms, read here by the rules by which Moodle and Canvas import them."""

import csv
import io

import pytest

from course.errors import CourseError
from course.grading.batch import grading_queue
from course.grading.batch.exports import write_exports
from course.grading.batch.roster import read_roster
from course.grading.platforms.exports import check, export
from tests.course.grading.batch.killed_grader import grade
from tests.course.grading.conftest import MINI
from tests.course.grading.platforms.test_rosters import (
    CANVAS,
    CANVAS_WITHOUT_SIS,
    GRADESCOPE,
    PARTICIPANTS,
    PARTICIPANTS_DE,
    PLAIN,
    SCORES,
    WORKSHEET,
    WORKSHEET_DE,
)

pytestmark = pytest.mark.backend_independent

# The class has 7 points: 4 for the first exercise and 3 for the second. The check of `grade` gives e 4 of 4 points.
TEXT, POINTS, ALL = "e", "4", 7


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Function of a roster that returns the book of a class in which the first student has 4 of 7 points."""
    monkeypatch.setattr(grading_queue, "check", grading_queue.check)

    def make(roster, **settings):
        (tmp_path / "class.csv").write_text(roster)
        read = read_roster(tmp_path / "class.csv")
        (tmp_path / "in" / next(iter(read))).mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / next(iter(read)) / "ex01_centre.py").write_text(settings.pop("text", TEXT))
        return grade(MINI, tmp_path / "in", tmp_path / "out", roster=read, **settings)[0]

    return make


def rows(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def import_into_canvas(table):
    """Return ID → score, the name of the assignment and its points, as Canvas finds them."""
    head, possible, *students = table
    assert ("Student" in head[0], "ID" in head[1]) == (True, True)
    place = head.index("Section") + 1
    assert "Points Possible" in possible[0]
    (name,) = head[place:]
    return {row[1]: row[place] for row in students}, name, possible[place]


def import_into_moodle(table):
    """Return the number of the participant → grade, as an assignment of Moodle reads its worksheet."""
    head, *students = table
    identifier, given, _ = (head.index(name) for name in ("Identifier", "Grade", "Last modified (grade)"))
    return {row[identifier].removeprefix("Participant "): row[given] for row in students}


def test_canvas(book):
    """An assignment that is in the gradebook keeps its column with its number and its points."""
    made = book(CANVAS.replace("Unit 2", "Unit 1"))
    assert import_into_canvas(rows(export("canvas", made))) == (
        {"501": "20.57", "502": ""},  # 4 of 7 points, scaled to 36; Zoë handed in nothing
        "Unit 1 (98765)",
        "36",
    )
    assert import_into_canvas(rows(export("canvas", made, "homework")))[1:] == ("Homework (98766)", "10")
    assert import_into_canvas(rows(export("canvas", made, "New"))) == ({"501": POINTS, "502": ""}, "New", "7")
    assert rows(export("canvas", made))[2][:5] == [
        *("Müller, Anna", "501", "4711", "anna.mueller"),
        "Course 1, group A",
    ]


def test_canvas_with_two_columns_for_names(book):
    """Canvas compares the first column with LastName, so there must be no mark in front of it."""
    text = "LastName,FirstName,ID,SIS Login ID,Section\nMüller,Anna,501,anna,A\n"
    data = export("canvas", book(text))
    assert data.decode().splitlines()[0] == "LastName,FirstName,ID,SIS Login ID,Section,Unit 1"
    assert data.decode().splitlines()[2] == "Müller,Anna,501,anna,A,4"


def test_canvas_without_sis(book):
    assert import_into_canvas(rows(export("canvas", book(CANVAS_WITHOUT_SIS))))[0] == {
        "501": POINTS,
        "502": "",
    }


def test_the_worksheet_of_moodle(book):
    """The worksheet is as it was, except for the grades, which are scaled to the maximum."""
    table = rows(export("moodle", book(WORKSHEET)))
    assert import_into_moodle(table) == {"815": "57.14", "816": ""}
    german = rows(export("moodle", book(WORKSHEET_DE)))
    assert [row[german[0].index("Bewertung")] for row in german[1:]] == ["57.14", ""]
    before = list(csv.reader(io.StringIO(WORKSHEET)))
    place = before[0].index("Grade")
    assert [[*row[:place], *row[place + 1 :]] for row in table] == [
        [*row[:place], *row[place + 1 :]] for row in before
    ]


@pytest.mark.parametrize("roster", [PARTICIPANTS, PARTICIPANTS_DE])
def test_the_gradebook_of_moodle(book, roster):
    head, anna, zoe = rows(export("moodle", book(roster), "Homework"))
    assert head[-1] == "Homework"
    assert (anna[:4], anna[-1]) == (["Anna", "Müller", "4711", "anna.mueller@uni.edu"], POINTS)
    assert (zoe[3], zoe[-1]) == ("zoe@uni.edu", "")


@pytest.mark.parametrize("roster", [GRADESCOPE, SCORES])
def test_gradescope(book, roster):
    head, anna, zoe = rows(export("gradescope", book(roster)))
    assert head[-2:] == ["Total Score", "Max Points"]
    assert (anna[:4], anna[-2:]) == (["Anna", "Müller", "4711", "anna.mueller@uni.edu"], [POINTS, "7"])
    assert zoe[-2] == ""
    assert head.count("Total Score") == 1


def test_a_spreadsheet(book):
    head, anna, zoe = rows(export("csv", book(PLAIN)))
    assert head == ["E-Mail", "Name", "u01/ex01_centre", "u01/ex02_scale", "total", "points", "complete"]
    assert anna == ["anna.mueller@uni.edu", "Anna Müller", "4", "0", "4", "7", "yes"]
    assert zoe[-3:] == ["0", "7", "yes"]


def test_a_score_that_is_not_final_is_not_exported(book):
    assert import_into_canvas(rows(export("canvas", book(CANVAS, text="trouble"))))[0] == {
        "501": "",
        "502": "",
    }


def test_files_of_exports_come_and_go(book, tmp_path):
    made = book(CANVAS, exports=("canvas", "csv"))
    folder = tmp_path / "out" / "export"
    assert sorted(path.name for path in folder.iterdir()) == ["canvas.csv", "csv.csv"]
    write_exports(book(CANVAS, exports=("csv",)), tmp_path / "out")
    assert [path.name for path in folder.iterdir()] == ["csv.csv"]
    assert (folder / "csv.csv").read_bytes() == export("csv", made)


def test_an_export_that_does_not_fit_the_roster_is_refused(tmp_path):
    for text, kind, message in (
        (
            PLAIN,
            "canvas",
            "needs a roster from Canvas: the exported gradebook, with the columns ID and Section",
        ),
        (CANVAS, "moodle", "needs a roster from Moodle"),
        (PARTICIPANTS, "gradescope", "needs a roster from Gradescope"),
        (PLAIN, "excel", "one of moodle, canvas, gradescope, csv"),
    ):
        (tmp_path / "class.csv").write_text(text)
        with pytest.raises(CourseError, match=message):
            check([kind], read_roster(tmp_path / "class.csv"))
    with pytest.raises(CourseError, match="needs --roster"):
        check(["csv"], None)
