"""`course submit` packs answers with a manifest; `course watch` checks again on every save."""

import hashlib
import json
import os
import unicodedata
import zipfile
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from course import cli
from course.grading.sandbox import workers as workers_module
from course.grading.workspace import watching
from course.grading.workspace.submit import collect, manifest, write
from tests.course.grading.conftest import MINI, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "work"


def course(*words, status=0):
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def test_one_zip_with_a_manifest(work, backend):
    course("start", "u01")
    (work / "u01" / "ex01_centre.py").write_text("def centre(x):\n    return x\n")
    output = course("submit", "u01", "--student", "alice")
    assert "work/alice.zip holds" in output
    assert "u01/ex01_centre.py 2 lines" in output
    assert "Still the empty stub: u01/ex02_scale.py" in output
    assert "empty stub: u01/ex01_centre.py" not in output
    with zipfile.ZipFile(work / "alice.zip") as archive:
        assert archive.namelist() == ["manifest.json", "u01/ex01_centre.py", "u01/ex02_scale.py"]
        about = json.loads(archive.read("manifest.json"))
        data = archive.read("u01/ex01_centre.py")
    assert set(about) == {"student", "backend", "versions", "created", "files"}
    assert (about["student"], about["backend"]) == ("alice", backend)
    assert about["versions"]["keras"]
    assert about["files"]["u01/ex01_centre.py"] == hashlib.sha256(data).hexdigest()


def test_the_same_answers_give_the_same_bytes(work):
    from course import catalog

    course("start", "u01")
    files = collect(catalog.load().exercises)
    made = []
    for when in ("2026-01-01", "2026-01-01", "2027-01-01"):
        os.utime(work / "u01" / "ex01_centre.py")
        made.append(write(manifest("bob", "jax", files, when), files).read_bytes())
    assert made[0] == made[1] != made[2]


def test_missing_files_are_listed(work):
    assert "There is no answer in work/ yet" in course("submit", "--student", "alice", status=2)
    course("start", "1.1")
    output = course("submit", "--student", "alice", status=2)
    assert "Missing: work/u01/ex02_scale.py; 1 of 2 files are there" in output
    assert not (work / "alice.zip").exists()
    assert "Not in it: u01/ex02_scale.py" in course("submit", "u01", "--student", "alice", "--partial")
    assert "u01/ex01_centre.py" in course("submit", "1.1", "--student", "alice")


@pytest.mark.parametrize(
    "student",
    [
        *(
            "",
            "../alice",
            "a/b",
            ".hidden",
            "x" * 65,
            "alice@2",
            "@uni.edu",
            "alice.",
            "con",
            "NUL.txt",
            "a\tb\x1b",
            "a:b",
        ),
        *("anna (1)", "anna@2026-11-20", "a@b@uni.edu", "=cmd", "漢" * 64 + "字", "\u202eanna", "𝒜" * 60),
    ],
)
def test_a_student_must_be_a_valid_file_name(work, student):
    course("start", "u01")
    assert "use letters, digits" in course("submit", "u01", "--student", student, status=2)


@pytest.mark.parametrize(
    "student",
    [
        "alice",
        "alice@uni.edu",
        "Zoë O'Neill",
        "o’neill+medl@uni.edu",
        "Łukasz Żółć",
        "李明",
        "अनीता",
        "müller@tüv.de",
    ],
)
def test_grading_reads_the_zip_of_submit(work, student):
    """The grader's intake reads the zip without a note."""
    from course import catalog
    from course.grading.batch import intake

    course("start", "u01")
    course("submit", "u01", "--student", unicodedata.normalize("NFD", student))
    (work / "in").mkdir()
    (work / f"{student}.zip").rename(work / "in" / f"{student}.zip")
    (submission,), others = intake.read_submissions(work / "in", catalog.load())
    assert (submission.student, submission.by, others) == (student, "its manifest.json", [])
    assert submission.notes == []


def test_polling_sees_saved_new_and_replaced_files(tmp_path, monkeypatch):
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("1")
    steps = [
        lambda: None,
        lambda: first.write_text("22"),
        lambda: second.write_text("new"),
        first.unlink,
        lambda: (first.write_text("back"), second.write_text("also")),
    ]
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if not steps:
            raise KeyboardInterrupt
        steps.pop(0)()

    monkeypatch.setattr(watching.time, "sleep", sleep)
    stream = watching.changes([first, second], polling=True)
    seen = [[path.name for path in next(stream)] for _ in range(3)]
    with pytest.raises(KeyboardInterrupt):
        next(stream)
    assert seen == [["a.py"], ["b.py"], ["a.py", "b.py"]]
    assert set(waits) == {watching.INTERVAL}


def test_a_save_before_the_first_check_is_not_missed(tmp_path, monkeypatch):
    file = tmp_path / "a.py"
    file.write_text("1")
    stream = watching.changes([file], polling=True)
    file.write_text("22")
    monkeypatch.setattr(watching.time, "sleep", lambda seconds: None)
    assert next(stream) == [file.resolve()]


def test_watch_checks_on_every_save_until_it_is_interrupted(work, monkeypatch, workers):  # noqa: F811
    monkeypatch.setattr(workers_module, "Workers", lambda *args, **kwargs: nullcontext(workers))
    course("start", "u01")
    solution = MINI / "units/u01_mini/exercises/ex01_centre/solution.py"
    looks = []

    def sleep(seconds):
        looks.append(seconds)
        if len(looks) > 1:
            raise KeyboardInterrupt
        (work / "u01" / "ex01_centre.py").write_bytes(solution.read_bytes())

    monkeypatch.setattr(watching, "find_spec", lambda name: None)
    monkeypatch.setattr(watching.time, "sleep", sleep)
    output = course("watch", "1.1")
    assert "0 of 4 points." in output
    assert "All 4 points." in output
    assert output.endswith("No longer watching.")
    assert json.loads(course("progress", "--json"))["u01/ex01_centre"]["best"] == 4


def test_watch_needs_something_to_watch(work):
    assert "You have not started u01 yet" in course("watch", "u01", status=2)
