"""Rosters in the shapes that Moodle, Canvas, Gradescope and spreadsheets give them; the files are made here."""

import csv
import io
from datetime import UTC

import pytest

from course.errors import CourseError
from course.grading.batch.roster import read_roster
from course.grading.batch.submission import folded
from course.grading.platforms.dates import read_platform_time
from course.grading.platforms.spreadsheet import read_table, safe, write_table

pytestmark = pytest.mark.backend_independent

PARTICIPANTS = """\
"First name",Surname,"ID number","Email address",Roles,"Last access"
Anna,Müller,4711,anna.mueller@uni.edu,Student,1 hour
Zoë,O'Neill,4712,zoe@uni.edu,"Student, Tutor",Never
Tina,Teacher,,tina@uni.edu,"Non-editing teacher",now
"""
PARTICIPANTS_DE = """\
Vorname;Nachname;ID-Nummer;E-Mail-Adresse
Anna;Müller;4711;anna.mueller@uni.edu
Zoë;O'Neill;4712;zoe@uni.edu
"""
WORKSHEET = """\
Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 815","Anna Müller",4711,anna.mueller@uni.edu,"Submitted for grading",,100.00,Yes,\
"Friday, 20 November 2026, 6:05 PM",-,
"Participant 816","Zoë O'Neill",4712,zoe@uni.edu,"No submission",,100.00,Yes,-,-,
"""
WORKSHEET_DE = """\
ID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",\
"Zuletzt geändert (Abgabe)","Zuletzt geändert (Bewertung)","Feedback als Kommentar"
Teilnehmer/in815,"Anna Müller",anna.mueller@uni.edu,"Zur Bewertung abgegeben",,"100,00",Ja,\
"Freitag, 20. November 2026, 18:05",-,
Teilnehmer/in816,"Zoë O'Neill",zoe@uni.edu,"Keine Abgabe",,"100,00",Ja,-,-,
"""
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Unit 2 (98765),Homework (98766),Final Score
    Points Possible,,,,,36,10,(read only)
"Müller, Anna",501,4711,anna.mueller,"Course 1, group A",,7,70
"O'Neill, Zoë",502,4712,zoe,Course 1,,,
"Student, Test",599,,f3c1a9,Course 1,,,
"""
CANVAS_WITHOUT_SIS = """\
Student,ID,Section,Unit 2 (98765)
    Manual Posting,,,
    Points Possible,,,36
"Müller, Anna",501,Course 1,
"O'Neill, Zoë",502,Course 1,
"""
GRADESCOPE = """\
First Name,Last Name,SID,Email,Role,Sections
Anna,Müller,4711,anna.mueller@uni.edu,Student,A
Zoë,O'Neill,4712,zoe@uni.edu,Student,A
Ines,Instructor,,ines@uni.edu,Instructor,
"""
SCORES = """\
First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,Submission Time,Lateness (H:M:S)
Anna,Müller,4711,anna.mueller@uni.edu,A,,36.0,Ungraded,31,2026-11-20 18:05:00 -0500,00:00:00
Zoë,O'Neill,4712,zoe@uni.edu,A,,36.0,Missing,,,
"""
PLAIN = "E-Mail;Name\nanna.mueller@uni.edu;Anna Müller\nzoe@uni.edu;Zoë O'Neill\n"
NAMES_ONLY = "Name\nAnna Müller\nZoë O'Neill\n"

ADDRESSES = ["anna.mueller@uni.edu", "zoe@uni.edu"]


@pytest.fixture
def roster(tmp_path):
    def make(text, encoding="utf-8", **options):
        path = tmp_path / "class.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_roster(path, UTC, **options)

    return make


@pytest.mark.parametrize(
    ("text", "platform", "students"),
    [
        (PARTICIPANTS, "moodle", ADDRESSES),
        (PARTICIPANTS_DE, "moodle", ADDRESSES),
        (WORKSHEET, "worksheet", ADDRESSES),
        (WORKSHEET_DE, "worksheet", ADDRESSES),
        (CANVAS, "canvas", ["anna.mueller", "zoe"]),
        (CANVAS_WITHOUT_SIS, "canvas", ["501", "502"]),
        (GRADESCOPE, "gradescope", ADDRESSES),
        (SCORES, "gradescope", ADDRESSES),
        (PLAIN, "plain", ADDRESSES),
        (NAMES_ONLY, "plain", ["Anna Müller", "Zoë O'Neill"]),
        ("student,name\na1,Anna Müller\nz1,Zoë O'Neill\n", "plain", ["a1", "z1"]),
    ],
)
def test_the_rosters_of_platforms(roster, text, platform, students):
    """Names are first name first, staff, lines about points and the test student of Canvas are no students."""
    read = roster(text)
    assert read.columns.platform == platform
    assert list(read) == students
    assert [one.name for one in read.values()] == ["Anna Müller", "Zoë O'Neill"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("sep_line", [False, True])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_spreadsheet(roster, encoding, separator, sep_line, end):
    rows = [["Student", "Name", "Deadline"], ["anna", "Müller; Anna, Dr.", "2026-11-21"], ["", "", ""]]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    (one,) = roster((f"sep={separator}{end}" if sep_line else "") + out.getvalue(), encoding).values()
    assert (one.student, one.name) == ("anna", "Müller; Anna, Dr.")
    assert one.deadline.isoformat() == "2026-11-21T23:59:59+00:00"


def test_another_column_can_name_the_students(roster):
    assert list(roster(CANVAS, key="SIS User ID")) == ["4711", "4712"]
    assert list(roster(PARTICIPANTS, key="ID number")) == ["4711", "4712"]
    with pytest.raises(CourseError, match="no column 'Login'; it has Student, ID, SIS User ID"):
        roster(CANVAS, key="Login")


def test_the_numbers_of_a_person_and_the_points_of_canvas(roster):
    read = roster(CANVAS)
    assert read["anna.mueller"].numbers == ("anna.mueller", "4711", "501")
    assert read.points["Unit 2 (98765)"] == "36"
    assert read["zoe"].platform_number == "502"
    assert roster(WORKSHEET)["zoe@uni.edu"].platform_number == "816"
    assert roster(PARTICIPANTS)["zoe@uni.edu"].platform_number == ""
    assert roster(WORKSHEET)["zoe@uni.edu"].numbers == ("zoe@uni.edu", "4712", "Participant 816")


def test_times_of_the_platform(roster):
    assert roster(WORKSHEET)["anna.mueller@uni.edu"].received.isoformat() == "2026-11-20T18:05:00+00:00"
    assert roster(WORKSHEET_DE)["anna.mueller@uni.edu"].received.isoformat() == "2026-11-20T18:05:00+00:00"
    assert roster(SCORES)["anna.mueller@uni.edu"].received.isoformat() == "2026-11-20T23:05:00+00:00"
    assert [one.received for one in (roster(WORKSHEET) | roster(SCORES)).values()][1] is None
    with pytest.raises(CourseError, match=r"line 2: 'sometime' in the column 'Last modified \(submission\)'"):
        roster(WORKSHEET.replace("Friday, 20 November 2026, 6:05 PM", "sometime"))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Wednesday, September 23, 2026, 9:00 PM", "2026-09-23T21:00:00+00:00"),
        ("Mittwoch, 3. März 2027, 14:14", "2027-03-03T14:14:00+00:00"),
        ("mardi 2 février 2027, 08:05", "2027-02-02T08:05:00+00:00"),
        ("1 June 2026, 12:05 AM", "2026-06-01T00:05:00+00:00"),
        ("2026-06-01 12:05:09.25 UTC", "2026-06-01T12:05:09+00:00"),
        ("2026-06-01T12:05", "2026-06-01T12:05:00+00:00"),
    ],
)
def test_times_as_platforms_write_them(text, time):
    assert read_platform_time(text, UTC).isoformat() == time


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student\nAnna@uni.edu\nanna@uni.edu\n", "Anna@uni.edu in line 2 and anna@uni.edu in line 3, which differ"),
        ("student\nZoe\u0308\nZo\u00eb\n", "Zoë twice"),
        ("student\nﬁn\nfin\n", "differ only in"),
        ("student\nSTRASSE\nstraße\n", "differ only in"),
        ("a,b\n1,2\n", "column called student, or with those of Moodle, Canvas or Gradescope; it has a, b"),
        ("student,name\nanna,Müller, Anna\n", "more cells in line 2 than names"),
        ('student,name\nanna,"Müller\n', "cannot be read as CSV"),
        (b"student\n\x81\x8d\n", "save it as CSV in the encoding UTF-8"),
        (b"PK\x03\x04\0\0", "save it as CSV"),  # a workbook of Excel
        ("", "is empty"),
    ],
)  # fmt: skip
def test_rosters_that_are_refused(roster, text, message):
    with pytest.raises(CourseError, match=message):
        roster(text)


def test_folding():
    assert folded("ANNA") == folded("Anna ") != folded("Änna")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        *(("=1+1", "'=1+1"), ("+49", "'+49"), ("-1", "'-1"), ("@a", "'@a"), ("\t=1", "\t'=1"), ("＝1", "'＝1")),
        *(("a;=1", "a;'=1"), ("a; +1", "a; '+1"), ('a;"=1', "a;\"'=1"), ("a\n=1", "a\n'=1"), ("a\t@b", "a\t'@b")),
        *(("Anna-Lena", "Anna-Lena"), ("anna@uni.edu", "anna@uni.edu"), ("x = 1", "x = 1"), ("3.5", "3.5")),
    ],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_could_execute_gets_a_quote(cell, written):
    assert safe(cell) == written


def test_no_reader_finds_a_formula_in_a_written_table():
    """Neither a reader of commas nor one of semicolons or tabs, with the quotation marks of CSV or without."""
    evil = ["=A1", "a;=A1", 'b";=A1', "c\t=A1", "d\r\n=A1", 'e;"=A1";+1', "ä;\u00a0@A1"]
    data = write_table([["student", *evil]])
    text = data.decode("utf-8-sig")
    assert data.startswith(b"\xef\xbb\xbf")
    for separator in ",;\t":
        cells = [
            cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row
        ]
        cells += [cell for line in text.splitlines() for cell in line.split(separator)]
        assert len(cells) > 5
        assert not [cell for cell in cells if cell.strip(' "\u00a0')[:1] in tuple("=+@")]


def test_what_is_written_can_be_read_again(tmp_path):
    (tmp_path / "t.csv").write_bytes(write_table([["student", "name"], ["anna", "Müller; Anna"]]))
    table = read_table(tmp_path / "t.csv", "table")
    assert table.rows == [(2, {"student": "anna", "name": "Müller; Anna"})]
