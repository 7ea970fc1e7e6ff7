"""Folders of submissions as Moodle, Canvas and Gradescope name them, with and without a roster."""

import io
import json
import zipfile
from datetime import UTC

import pytest

from course import catalog as catalogs
from course.grading.batch import audit
from course.grading.batch.intake import Clock, read_submissions
from course.grading.batch.policy import Policy
from course.grading.batch.roster import read_roster
from course.grading.batch.times import read_time
from course.grading.platforms.downloads import parse
from course.grading.platforms.gradescope_folder import read_metadata
from course.grading.platforms.people import People
from tests.course.grading.conftest import MINI
from tests.course.grading.platforms.test_rosters import (
    CANVAS,
    GRADESCOPE,
    PARTICIPANTS,
    WORKSHEET,
    WORKSHEET_DE,
)

pytestmark = pytest.mark.backend_independent

CENTRE, SCALE = "u01/ex01_centre", "u01/ex02_scale"
TEXT = b"def centre(x):\n    return x\n"
METADATA = """\
---
submission_31:
  :submitters:
  - :name: Anna Müller
    :sid: '4711'
    :email: anna.mueller@uni.edu
  :created_at: 2026-11-20 18:05:00.123456000 -05:00
  :score: 3.0
  :results:
    :tests:
    - :name: nobody
      :email: nobody@uni.edu
  :history:
  - :id: 30
    :submitters:
    - :name: nobody
    :created_at: 2026-11-19 18:05:00.000000000 -05:00
submission_32:
  :submitters:
  - :name: Zoë O'Neill
    :sid: '4712'
    :email: zoe@uni.edu
  - :name: "B\\u00e9la \\"Bé\\" Kiss"
    :sid:
    :email: bela@uni.edu
  :created_at: 2026-11-20 23:59:59 Z
"""


@pytest.fixture(scope="module")
def catalog():
    return catalogs.load(MINI)


def packed(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in files.items():
            made.writestr(f"u01/{name}.py", data)
    return stream.getvalue()


@pytest.fixture
def read(tmp_path, catalog):
    """Function of the paths of handed-in files and a roster that returns the submissions and the other notes."""

    def make(files, roster=""):
        for path, data in files.items():
            (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / path).write_bytes(data)
        (tmp_path / "class.csv").write_text(roster or "student\n")
        return read_submissions(
            tmp_path / "in", catalog, Clock(UTC), People(read_roster(tmp_path / "class.csv", UTC))
        )

    return make


MOODLE_FOLDERS = {
    "Anna Müller_815_assignsubmission_file_/ex01_centre.py": TEXT,
    "Anna Müller_815_assignsubmission_file_/ex02_scale.py": TEXT,
    "Anna Müller_815_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
    "Zoë O'Neill_816_assignsubmission_file/work.zip": packed(ex01_centre=TEXT),
}
MOODLE_PARTS = {
    "Anna Müller_815_assignsubmission_file_ex01_centre.py": TEXT,
    "Anna Müller_815_assignsubmission_file_u01/ex02_scale.py": TEXT,
    "Anna Müller_815_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
    "Zoë O'Neill_816_assignsubmission_file_/ex01_centre.py": TEXT,
}
MOODLE_FILES = {
    "Anna Müller_815_assignsubmission_file_ex01_centre.py": TEXT,
    "Anna Müller_815_assignsubmission_file_ex02_scale.py": TEXT,
    "Anna Müller_815_assignsubmission_onlinetext_onlinetext.html": b"<p>hello</p>",
    "Zoë O'Neill_816_assignsubmission_file_work.zip": packed(ex01_centre=TEXT),
}
CANVAS_FILES = {
    "mülleranna_501_90210_ex01_centre-1.py": TEXT,
    "mülleranna_501_90211_ex02_scale.py": TEXT,
    "mülleranna_501_text.html": b"<p>hello</p>",
    "oneillzoë_LATE_502_90212_work.zip": packed(ex01_centre=TEXT),
}


@pytest.mark.parametrize(
    ("files", "roster", "students"),
    [
        (MOODLE_FOLDERS, "", ["Anna Müller_815", "Zoë O'Neill_816"]),
        (MOODLE_FILES, "", ["Anna Müller_815", "Zoë O'Neill_816"]),
        (CANVAS_FILES, "", ["mülleranna_501", "oneillzoë_502"]),
        (MOODLE_PARTS, WORKSHEET, ["anna.mueller@uni.edu", "zoe@uni.edu"]),
        (MOODLE_FOLDERS, WORKSHEET_DE, ["anna.mueller@uni.edu", "zoe@uni.edu"]),
        (MOODLE_FOLDERS, WORKSHEET, ["anna.mueller@uni.edu", "zoe@uni.edu"]),
        (MOODLE_FILES, PARTICIPANTS, ["anna.mueller@uni.edu", "zoe@uni.edu"]),
        (CANVAS_FILES, CANVAS, ["anna.mueller", "zoe"]),
        (CANVAS_FILES, GRADESCOPE, ["anna.mueller@uni.edu", "zoe@uni.edu"]),  # by the names
    ],
)
def test_downloads(read, files, roster, students):
    submissions, others = read(files, roster)
    assert [one.student for one in submissions] == students
    anna, zoe = submissions
    assert (sorted(anna.files), list(zoe.files)) == ([CENTRE, SCALE], [CENTRE])
    assert [note.kind for note in anna.notes] == [
        "ignored"
    ]  # the typed text; the answers have their exact names
    assert "typed on the platform" in anna.notes[0].text
    assert (zoe.notes, zoe.whole, others) == ([], "", [])


@pytest.mark.parametrize("files", [MOODLE_FOLDERS, MOODLE_FILES, CANVAS_FILES])
def test_a_download_may_lie_in_a_folder_of_its_own(read, files):
    submissions, others = read({f"submissions/{name}": data for name, data in files.items()})
    assert (len(submissions), others) == (2, [])
    assert [len(one.files) for one in submissions] == [2, 1]


def test_one_student_in_one_folder_is_no_download(read):
    submissions, _ = read({"anna/ex01_centre.py": TEXT})
    assert [one.student for one in submissions] == ["anna"]


def test_hidden_names_need_the_worksheet(read):
    files = {name.replace("Anna Müller", "Participant"): data for name, data in MOODLE_FOLDERS.items()}
    files |= {name.replace("Zoë O'Neill", "Teilnehmerin"): data for name, data in MOODLE_FOLDERS.items()}
    assert {one.student for one in read(files, WORKSHEET)[0]} == {"anna.mueller@uni.edu", "zoe@uni.edu"}
    submissions, _ = read({"anon_x7Ba_90210_ex01_centre.py": TEXT})
    assert "anon_x7Ba" in [one.student for one in submissions]


def test_the_numbers_of_one_platform_mean_nothing_on_another(read):
    """User 816 of Canvas is Anna; participant 816 of Moodle is Zoë."""
    submissions, _ = read({"mülleranna_816_90210_ex01_centre.py": TEXT}, WORKSHEET)
    assert [one.student for one in submissions] == ["anna.mueller@uni.edu"]


def test_two_users_with_one_name_are_not_one_student(read):
    """A user who takes the name of another one does not get the other one's place in the class."""
    false = {"mülleranna_666_90299_ex01_centre.py": TEXT}
    submissions, _ = read(CANVAS_FILES | false, CANVAS)  # Anna is known by her number
    assert [one.student for one in submissions] == ["anna.mueller", "mülleranna_666", "zoe"]
    assert len(submissions[0].files) == 2
    submissions, _ = read(CANVAS_FILES | false, GRADESCOPE)  # nobody is known by a number
    assert [one.student for one in submissions] == ["mülleranna_501", "mülleranna_666", "zoe@uni.edu"]
    for one, other in zip(submissions[:2], ("mülleranna_666", "mülleranna_501"), strict=True):
        (note,) = [note for note in one.notes if note.kind == "namesake"]
        assert note.text.endswith(f"by the name, and so does {other}: rename it")


def test_names_that_fit_two_persons(read):
    roster = PARTICIPANTS + "Anna,Müller,4713,anna2@uni.edu,Student,1 hour\n"
    submissions, _ = read(MOODLE_FOLDERS, roster)
    assert [one.student for one in submissions] == ["Anna Müller_815", "zoe@uni.edu"]
    (note,) = [note for note in submissions[0].notes if note.kind == "namesake"]
    assert (
        note.text
        == "Anna Müller fits anna.mueller@uni.edu and anna2@uni.edu of the roster by the name: rename it"
    )


@pytest.mark.parametrize(
    ("name", "student", "note"),
    [
        ("anna.mueller@uni.edu", "anna.mueller@uni.edu", None),
        ("Anna.Mueller@UNI.edu@2", "anna.mueller@uni.edu", "except for capitals"),
        ("4711", "anna.mueller@uni.edu", "by an address, a login or a number"),
        ("Müller Anna", "anna.mueller@uni.edu", "by the name"),
        ("ZOE ONEILL", "zoe@uni.edu", "by the name without accents"),
        ("Zoe\u0308 O’Neill", "zoe@uni.edu", "by the name"),
        ("anna", "anna", None),
    ],
)
def test_our_own_names(read, name, student, note):
    """All names of a person in the roster mean this person; the manifest may hold any of them."""
    manifest = json.dumps({"student": "4711" if student.startswith("anna.") else name, "files": {}}).encode()
    (one,), _ = read({f"{name}/ex01_centre.py": TEXT, f"{name}/manifest.json": manifest}, PARTICIPANTS)
    assert one.student == student
    assert [n.kind for n in one.notes] == (["corrected"] if note else [])
    assert note is None or note in one.notes[0].text


GRADESCOPE_EXPORT = {
    "assignment_5_export/submission_metadata.yml": METADATA.encode(),
    "assignment_5_export/submission_31/ex01_centre.py": TEXT,
    "assignment_5_export/submission_32/u01/ex02_scale.py": TEXT,
}


@pytest.mark.parametrize("inside", [True, False])
def test_the_export_of_gradescope(read, inside):
    """Every member of a group gets the submission, with Gradescope's time."""
    skip = 0 if inside else len("assignment_5_export/")
    submissions, others = read({name[skip:]: data for name, data in GRADESCOPE_EXPORT.items()}, GRADESCOPE)
    assert [(one.student, one.entry, list(one.files)) for one in submissions] == [
        ("anna.mueller@uni.edu", "submission_31", [CENTRE]),
        ("bela@uni.edu", "submission_32", [SCALE]),
        ("zoe@uni.edu", "submission_32", [SCALE]),
    ]
    assert [one.received.astimezone(UTC).isoformat() for one in submissions] == [
        "2026-11-20T23:05:00+00:00",
        *["2026-11-20T23:59:59+00:00"] * 2,
    ]
    assert {one.by for one in submissions} == {"the learning platform"}
    assert others == []
    assert audit.identical_notes(submissions, []) == []


def test_the_metadata_of_gradescope():
    persons = read_metadata(METADATA)["submission_32"].persons
    assert persons == [
        {"name": "Zoë O'Neill", "sid": "4712", "email": "zoe@uni.edu"},
        {"name": 'Béla "Bé" Kiss', "sid": "", "email": "bela@uni.edu"},
    ]
    for text in (
        "",
        "- a\n",
        "submission_1:\n  :submitters:\n",
        "submission_1:\n  :created_at: soon\n",
        ":\n  x: '",
    ):
        assert all(not one.persons and one.created is None for one in read_metadata(text).values())


def test_members_of_a_group_do_not_copy_from_each_other(read, catalog):
    assert audit.identical_notes(read(GRADESCOPE_EXPORT)[0], catalog.exercises) == []
    files = {**GRADESCOPE_EXPORT, "assignment_5_export/submission_31/u01/ex02_scale.py": TEXT}
    submissions, _ = read(files)
    texts = {note.student: note.text for note in audit.identical_notes(submissions, catalog.exercises)}
    assert texts["zoe@uni.edu"] == "is the same file as that of anna.mueller@uni.edu"
    assert "zoe@uni.edu" in texts["anna.mueller@uni.edu"]


def test_late_of_canvas(read, tmp_path):
    """Canvas says only that a submission is late; an extension of the roster and a given time count more."""
    submissions, _ = read(CANVAS_FILES, CANVAS)
    zoe, deadline = submissions[1], read_time("2026-11-20", UTC)
    assert (submissions[0].marked_late, zoe.marked_late) == (False, True)
    assert audit.counts_as_late(zoe, audit.lateness(zoe, deadline, None), Policy(late="refuse"))
    (note,) = audit.late_notes([zoe], lambda s: audit.lateness(s, deadline, None), Policy())
    assert note.text == "is marked as late by the learning platform, which does not say by how much"
    roster = tmp_path / "extended.csv"
    roster.write_text("student,deadline,received\nzoe,2026-11-30,\n")
    assert audit.lateness(zoe, deadline, read_roster(roster)["zoe"]) == 0
    zoe.received, zoe.by = read_time("2026-11-19T10:00", UTC), "the list of times"
    assert audit.lateness(zoe, deadline, None) == 0


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        *(("anna", True), ("anna@2.zip", False), ("anna_2026.zip", False), ("u02_3_4.py", True)),
        *(("Anna_815_assignsubmission_file_", False),),
        *(("anna_501_90210_readme", False), ("501_90210_ex01.py", False), ("a_b_assignsubmission_file_", True)),
    ],
)  # fmt: skip
def test_other_names_are_not_taken_for_downloads(name, folder):
    assert parse(name, folder) is None


def test_the_group_in_front_of_a_name_of_moodle():
    assert parse("Group A-Anna-Lena Müller_815_assignsubmission_file_", True).names == [
        "Group A-Anna-Lena Müller",
        "Anna-Lena Müller",
        "Lena Müller",
    ]


def test_links_are_not_followed(read, tmp_path):
    (tmp_path / "secret.py").write_bytes(TEXT)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mülleranna_501_90210_ex01_centre.py").symlink_to(tmp_path / "secret.py")
    submissions, others = read(CANVAS_FILES | {"other_503_1_ex01_centre.py": TEXT})
    assert [note.text for note in others] == ["is a symbolic link: put the folder or zip itself here"]
    assert len(submissions) == 3


def test_two_spellings_without_a_roster(read):
    submissions, _ = read({f"{name}/ex01_centre.py": TEXT for name in ("anna", "Anna", "bob")})
    assert [(n.student, n.kind) for n in audit.alike_notes(submissions)] == [
        ("Anna", "namesake"),
        ("anna", "namesake"),
    ]
