"""`course grade --shard` and `--merge`: several machines give what one machine gives, byte for byte."""

import json
import shutil
import sqlite3
import stat
import sys

import pytest
from typer.testing import CliRunner

from course import cli
from course.grading.batch import address, grading_queue, shards
from course.grading.batch.gradebook import Gradebook
from course.grading.batch.marks import Mark
from tests.course.grading.batch.killed_grader import TROUBLE, judge
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

NAMES = [f"s{i:02}" for i in range(9)] + ["anna@uni.edu", "Jürgen Ö"]
COUNTS = ("--policy", "late=penalize:20", "--deadline", "2026-11-20", "--zone", "Europe/Berlin")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Function that runs `course` for the mini course with an invented check and returns its output in one line."""
    helpers = address.helpers()
    monkeypatch.setattr(address, "helpers", lambda: helpers)
    monkeypatch.setattr(grading_queue, "check", judge)
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    monkeypatch.chdir(tmp_path)

    def command(*words, status=0):
        result = CliRunner().invoke(cli.app, list(words))
        assert result.exit_code == status, result.output
        return " ".join(result.output.split())

    return command


@pytest.fixture
def handed_in(tmp_path):
    """A class with equal files, a second attempt, a file that is no text, and one that came late."""
    for i, name in enumerate([*NAMES, "s03@2", "s04@2026-11-25T1000"]):
        folder = tmp_path / "in" / name / "u01"
        folder.mkdir(parents=True)
        (folder / "ex01_centre.py").write_text(f"# {i % 5}\n")
        (folder / "ex02_scale.py").write_bytes(b"\0" if i == 6 else f"# own {i}\n".encode())
    return tmp_path / "in"


@pytest.fixture
def three(course, handed_in):
    """Three graded shards and the seed that they share."""
    course("seed", "class.seed")
    for n in (1, 2, 3):
        course("grade", "in", "--out", f"shards/{n}", "--shard", f"{n}/3", "--seed-file", "class.seed")


def exports(out):
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not path.name.startswith("gradebook.sqlite")
    }


def test_a_file_that_a_shard_grades_again_is_replaced_in_the_merged_gradebook(course, three, tmp_path):
    course("grade", "in", "--out", "grades", "--merge", "shards", *COUNTS)
    first = exports(tmp_path / "grades")
    base = sqlite3.connect(tmp_path / "grades" / "gradebook.sqlite", isolation_level=None)
    key, text, points, earned = base.execute("SELECT key, report, points, earned FROM results").fetchone()
    report = json.loads(text)
    report["earned"] = 0 if earned else points
    base.execute(
        "UPDATE results SET report = ?, earned = ? WHERE key = ?", (json.dumps(report), report["earned"], key)
    )
    base.close()
    output = course("grade", "in", "--out", "grades", "--merge", "shards", *COUNTS)
    assert "1 earlier result replaced" in output
    assert exports(tmp_path / "grades") == first
    assert "replaced" not in course("grade", "in", "--out", "grades", "--merge", "shards", *COUNTS)


def test_the_merged_results_are_those_of_one_machine(course, three, tmp_path):
    course("grade", "in", "--out", "whole", "--seed-file", "class.seed", *COUNTS)
    output = course("grade", "in", "--out", "grades", "--merge", "shards", *COUNTS)
    assert "3 gradebooks joined" in output
    assert f"{len(NAMES)} students" in output
    whole = exports(tmp_path / "whole")
    assert exports(tmp_path / "grades") == whole
    assert len(whole) == 5 + 2 * len(NAMES)
    assert len({s["total"] for s in json.loads(whole["grades.json"])["students"]}) > 3
    assert "Nothing new to grade" in course(
        "grade", "in", "--out", "grades", *COUNTS
    )  # it is a gradebook like others
    places = [word for n in (3, 1, 2) for word in ("--merge", f"shards/{n}")]
    course("grade", "in", "--out", "again", *places, *COUNTS)
    assert exports(tmp_path / "again") == whole


def test_each_file_is_graded_in_the_shard_of_its_student(course, three, tmp_path):
    assert not (tmp_path / "shards" / "1" / "index.html").exists()
    graded = []
    for n in (1, 2, 3):
        with Gradebook(tmp_path / "shards" / str(n) / "gradebook.sqlite") as gradebook:
            graded.append(gradebook.count())
    assert min(graded) > 0
    assert sum(graded) >= 5 + len(NAMES)  # a file of two students may be in two shards
    output = course("grade", "in", "--out", "shards/1", "--shard", "1/3")  # its gradebook knows the seed
    assert "0 submissions with 0 files graded" in output
    assert output.endswith("--merge FOLDER_OF_SHARDS")


def test_a_shard_names_the_options_that_the_merge_needs_again(course, three):
    output = course("grade", "in", "--out", "shards/1", "--shard", "1/3", "--unit", "1", *COUNTS)
    assert output.endswith("--merge FOLDER_OF_SHARDS, with --deadline, --zone, --policy as here")


def test_a_student_stays_in_one_shard():
    """The numbers are fixed: another version of Python or of the course divides a class in the same way."""
    assert [shards.shard_of(name, 8) for name in ("anna", "ben", "Jürgen Ö")] == [7, 7, 1]
    counts = [[shards.shard_of(f"student{i}", 8) for i in range(2000)].count(n) for n in range(1, 9)]
    assert sum(counts) == 2000
    assert min(counts) > 200


def test_what_no_shard_has_graded_is_not_judged(course, three, tmp_path):
    shutil.rmtree(tmp_path / "shards" / "2")
    output = course("grade", "in", "--out", "grades", "--merge", "shards", status=3)
    assert "1 shard missing (2/3)" in output
    assert "grade the shards that are missing, then merge again" in output
    course("grade", "in", "--out", "shards/2", "--shard", "2/3", "--seed-file", "class.seed")
    course("grade", "in", "--out", "grades", "--merge", "shards")


def test_a_shard_with_trouble_says_so(course, handed_in):
    (handed_in / "s01" / "u01" / "ex01_centre.py").write_text(TROUBLE)
    n = shards.shard_of("s01", 2)
    output = course("grade", "in", "--out", "one", "--shard", f"{n}/2", "--seed", "5", status=3)
    assert "1 file not judged: run the same command again." in output


def test_marks_survive_a_merge(course, three, tmp_path):
    course("grade", "in", "--out", "grades", "--merge", "shards")
    course("mark", "s00", "1.1", "--out", "grades", "--points", "3", "--because", "a reason")
    with Gradebook(tmp_path / "shards" / "1" / "gradebook.sqlite") as shard:
        shard.add_mark(
            Mark("s00", "u01/ex01_centre", "", "1", "an earlier one", "kim", "2026-01-01T00:00:00+00:00")
        )
    for _ in range(2):
        course("grade", "in", "--out", "grades", "--merge", "shards")
    with Gradebook(tmp_path / "grades" / "gradebook.sqlite") as gradebook:
        assert [mark.reason for mark in gradebook.marks()] == ["an earlier one", "a reason"]
    student = json.loads((tmp_path / "grades" / "grades.json").read_bytes())["students"][-9]
    assert (student["student"], student["exercises"]["u01/ex01_centre"]["score"]) == ("s00", "3")


def test_another_seed_course_check_or_installation_is_named(course, three, tmp_path, monkeypatch):
    def regraded(message, *words, **changes):
        for name, value in changes.items():
            monkeypatch.setattr(address, name, value)
        course("grade", "in", "--out", "shards/3", *(words or ("--shard", "3/3")))
        assert message in course("grade", "in", "--out", "no", "--merge", "shards", status=2)
        assert not (tmp_path / "no" / "grades.csv").exists()

    check, environment, helpers = address.check, address.environment, address.helpers
    regraded("3/gradebook.sqlite was graded with another seed", "--shard", "3/3", "--seed", "7")
    course("grade", "in", "--out", "shards/3", "--shard", "3/3", "--seed-file", "class.seed")
    regraded("is shard 3/4, but", "--shard", "3/4")
    regraded("with another version of the course", helpers=lambda: "other")
    monkeypatch.setattr(address, "helpers", helpers)
    regraded("another check of u01/ex01_centre", check=lambda e: check(e)[::-1])
    monkeypatch.setattr(address, "check", check)
    regraded("with numpy 0.1 for", environment=lambda *about: environment(*about) | {"numpy": "0.1"})
    monkeypatch.setattr(address, "environment", environment)
    regraded("with other exercises", "--shard", "3/3", "--exercise", "1.2")
    with Gradebook(tmp_path / "shards" / "3" / "gradebook.sqlite") as gradebook:
        gradebook._base.execute("DELETE FROM class WHERE name = 'about'")
    assert "does not say how it was graded" in course(
        "grade", "in", "--out", "no", "--merge", "shards", status=2
    )


def test_this_machine_must_have_the_course_of_the_shards(course, three, tmp_path, monkeypatch):
    monkeypatch.setattr(address, "helpers", lambda: "other")
    output = course("grade", "in", "--out", "no", "--merge", "shards", status=2)
    assert "this machine has another version of the course than shards" in output


def test_the_grades_of_another_seed_are_not_mixed_in(course, three):
    course("grade", "in", "--out", "grades", "--seed", "3")
    assert "another seed than the shards" in course(
        "grade", "in", "--out", "grades", "--merge", "shards", status=2
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--shard", "1/3"), "course seed class.seed"),
        (
            ("--shard", "1/3", "--seed-file", "none"),
            "There is no seed file none: draw the seed of the class once",
        ),
        (("--shard", "0/3", "--seed", "1"), "--shard 0/3: it is a number"),
        (("--shard", "4/3", "--seed", "1"), "--shard 4/3"),
        (("--shard", "1", "--seed", "1"), "--shard 1: it is"),
        (("--seed-file", "in", "--seed", "1"), "either --seed or --seed-file"),
        (("--seed-file", "in"), "cannot be read"),
        (("--seed-file", "bad"), "a whole number from 0"),
        (("--merge", "in"), "there is no gradebook.sqlite in it"),
        (("--merge", "in", "--backend", "torch"), "leave out --backend"),
        (("--merge", "in", "--timeout", "30"), "leave out --timeout"),
        (("--merge", "in", "--slow", "0"), "leave out --slow"),
        (("--merge", "in", "--shard", "1/2", "--seed-file", "good"), "leave out --shard"),
    ],
)
def test_mistakes_get_one_sentence(course, handed_in, tmp_path, words, message):
    (tmp_path / "bad").write_text("seven\n")
    (tmp_path / "good").write_text("7\n")
    assert message in course("grade", "in", "--out", "out", *words, status=2)
    assert not (tmp_path / "out").exists()


def test_the_seed_of_a_class_is_drawn_once(course, tmp_path):
    course("seed", "class.seed")
    text = (tmp_path / "class.seed").read_text()
    assert 0 <= int(text) < 1 << 128
    assert "exists already" in course("seed", "class.seed", status=2)
    assert (tmp_path / "class.seed").read_text() == text
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "class.seed").stat().st_mode) == 0o600
