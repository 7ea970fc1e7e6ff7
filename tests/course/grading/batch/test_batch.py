"""`course grade` from the command line: real submissions of the mini course, judged in real processes."""

import hashlib
import json
import zipfile

import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.cli import grade
from course.grading.batch import address, seeds
from course.grading.runner import check
from course.processes.launcher import Launch
from tests.course.grading.conftest import MINI, answer_of, workers  # noqa: F401
from tests.security.replay import constant_points, recorded_checks, replay

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Function that runs `course grade in --out out …` for the mini course and returns its output."""
    helpers = address.helpers()  # fixed, because files of the course may change while the tests run
    monkeypatch.setattr(address, "helpers", lambda: helpers)
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.chdir(tmp_path)

    def command(*words, status=0):
        result = CliRunner().invoke(cli.app, ["grade", "in", "--out", "out", *words])
        assert result.exit_code == status, result.output
        return " ".join(result.output.split())

    return command


def hand_in(folder, **answers):
    """Write a zip; answers are exercise = variant or bytes."""
    folder.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder, "w") as made:
        for exercise, variant in answers.items():
            data = variant if isinstance(variant, bytes) else answer_of(exercise, variant).read_bytes()
            made.writestr(f"u01/{exercise}.py", data)


def test_a_class(course, tmp_path, backend):
    hand_in(tmp_path / "in" / "ann.zip", ex01_centre="solution", ex02_scale="solution")
    hand_in(tmp_path / "in" / "bob.zip", ex01_centre="wrong_whole", ex02_scale=b"import os\nos._exit(0)\n")
    output = course("--jobs", "1")
    assert "submissions a minute" in output
    assert "2 students, mean 57.14 percent" in output
    grades = json.loads((tmp_path / "out" / "grades.json").read_bytes())
    ann, bob = grades["students"]
    assert (ann["total"], bob["total"]) == ("7", "1")
    report = bob["exercises"]["u01/ex01_centre"]["reports"][backend]
    digest = hashlib.sha256(answer_of("ex01_centre", "wrong_whole").read_bytes()).hexdigest()
    assert report["seed"] == seeds.of_file(grades["seed"], "u01/ex01_centre", digest)
    assert report["parts"][1]["mistake"] == "one mean is taken over the whole array"
    ended = bob["exercises"]["u01/ex02_scale"]["reports"][backend]["parts"]
    assert {part["status"] for part in ended} == {"ended"}
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*ml")}
    assert "Nothing new to grade" in course()
    assert "Nothing new to grade" in course("--seed", str(grades["seed"]))
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*ml")} == before


def test_a_file_that_replays_recorded_answers_earns_what_constants_earn(course, tmp_path, workers):  # noqa: F811
    exercise = catalog.load(MINI).exercises[0]
    made = recorded_checks(exercise, workers)
    assert (constant_points(made), exercise.points) == (2, 4)
    text = replay(exercise, made)
    (tmp_path / "replay.py").write_text(text)
    known = [check(exercise, tmp_path / "replay.py", workers, seed).earned for seed in range(4)]
    assert known == [4, 4, 4, 2]  # three seeds are recorded, the fourth is not
    hand_in(tmp_path / "in" / "eve.zip", ex01_centre=text.encode())
    hand_in(tmp_path / "in" / "kim.zip", ex01_centre=b"# another\n" + text.encode())
    course("--backend", workers.backend)
    grades = json.loads((tmp_path / "out" / "grades.json").read_bytes())
    assert [student["total"] for student in grades["students"]] == ["2", "2"]


def test_a_checker_that_does_not_start_is_status_3(course, tmp_path, monkeypatch):
    hand_in(tmp_path / "in" / "ann.zip", ex01_centre="solution")
    monkeypatch.setattr(
        grade, "_launcher", lambda: (lambda *_: Launch(["no-such-command"], {}), False, "none")
    )
    output = course("--exercise", "1.1", status=3)
    assert "could not be started" in output
    assert "run the same command again" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--unit", "u07"), "There is no u07"),
        (("--exercise", "u01/ex09"), "There is no u01/ex09"),
        (("--policy", "late=never"), "late is one of keep, penalize, refuse"),
        (("--deadline", "soon"), "not a date and time"),
        (("--deadline", "2026-11-20", "--zone", "Mars"), "There is no time zone 'Mars'"),
        (("--received", "none.csv"), "list of times none.csv cannot be read"),
        (("--policy", "times=mine"), "times is one of said, file"),
        (("--seed", "-1"), "a whole number from 0"),
        (("--seed", "seven"), "a whole number from 0"),
        (("--seed", str(2**128)), "a whole number from 0"),
        (("--roster", "none.csv"), "cannot be read"),
        (("--backend", "numpy"), "none of the three backends"),
        (("--export", "canvas"), "--export canvas needs --roster"),
        (("--policy", "attempts=0"), "the number of attempts is a whole number from 1 to 100"),
        ((), "holds no file of an exercise"),
    ],
)
def test_mistakes_get_one_sentence(course, tmp_path, words, message):
    (tmp_path / "in" / "ann").mkdir(parents=True)
    assert message in course(*words, status=2)


def test_an_empty_folder_changes_no_page(course, tmp_path):
    """The name of a wrong folder would replace the pages of the class by empty ones."""
    (tmp_path / "in").mkdir()
    assert "in is empty: it should hold a folder or a zip" in course("--unit", "u01", status=2)
    assert not (tmp_path / "out" / "index.html").exists()
    (tmp_path / "class.csv").write_text("student\nann\n")
    assert "1 student, 1 of them without a submission" in course("--unit", "u01", "--roster", "class.csv")
