"""The student edition has no answers, its checks replay recorded cases, and it runs without the original."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext

import keras
import numpy as np
import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.errors import CourseError
from course.grading.report import FAILED, INSTRUCTOR, NOT_DONE, PASSED
from course.grading.runner import check
from course.release import edition as release
from course.release.cases import public_checks
from course.release.leaks import answers, distinctive, find_leaks
from tests.course.grading.conftest import MINI, answer_of, mini_copy, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """The student edition of the mini course."""
    folder = tmp_path_factory.mktemp("release") / "edition"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", str(MINI))
        made = release.release(folder, keras.config.backend(), cases=2)
    assert (made.public_points, made.points) == (7, 7)
    assert made.caught == (4, 4)
    return folder


@pytest.fixture
def student(edition):
    """The exercises as a student sees them."""
    return catalog.load(edition).exercises


def test_it_holds_the_course_and_no_answer(edition):
    names = {path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file()}
    exercise = "units/u01_mini/exercises/ex01_centre/"
    here = {name.removeprefix(exercise) for name in names if name.startswith(exercise)}
    assert here == set(catalog.EDITION_FILES)
    assert {
        "course/cli/application.py",
        "setup.cfg",
        "setup.py",
        "pyproject.toml",
        "README.md",
        "units/u01_mini/unit.toml",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
    assert find_leaks(catalog.load(MINI), edition) == []
    arrays = np.load(edition / exercise / "public.npz", allow_pickle=False)
    assert all(arrays[name].dtype.kind in "biufc" for name in arrays.files)


def test_the_catalogue_works_there(student):
    first = student[0]
    original = catalog.load(MINI).exercises[0]
    assert (first.title, first.points, first.hints) == (original.title, original.points, original.hints)
    assert first.within_reach == 4
    assert first.mistakes == {}


@pytest.mark.parametrize("number", [0, 1])
def test_the_solution_gets_all_public_points_and_the_stub_none(student, workers, number):  # noqa: F811
    original, exercise = catalog.load(MINI).exercises[number], student[number]
    report = check(exercise, original.solution, workers)
    assert report.complete
    assert report.earned == original.points
    stub = check(exercise, exercise.stub, workers)
    assert stub.earned == 0
    assert {part.status for part in stub.parts} == {NOT_DONE}
    for name, path in original.wrong.items():
        assert not check(exercise, path, workers).complete, name


def test_the_feedback_is_that_of_the_check(student, workers):  # noqa: F811
    original, exercise = catalog.load(MINI).exercises[0], student[0]
    ours, theirs = (check(e, original.wrong["features"], workers).parts[0] for e in (original, exercise))
    assert (ours.message, ours.inputs, ours.got, ours.expected) == (
        theirs.message,
        theirs.inputs,
        theirs.got,
        theirs.expected,
    )


def test_it_runs_without_the_original(edition, tmp_path):
    folder = tmp_path / "work" / "u01"
    folder.mkdir(parents=True)
    for exercise in catalog.load(MINI).exercises:
        shutil.copy(exercise.solution, folder / f"{exercise.id}.py")
    env = {name: value for name, value in os.environ.items() if not name.startswith("COURSE_")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "course.cli", "check", "u01", "--json"],
        env=env | {"PYTHONPATH": str(edition), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    reports = json.loads(done.stdout)["reports"]
    assert [(r["earned"], r["points"]) for r in reports] == [(4, 4), (3, 3)]
    assert not (edition / "work").exists()


def test_leaks_are_found(edition, tmp_path):
    content, copy = catalog.load(MINI), tmp_path / "copy"
    shutil.copytree(edition, copy)
    exercise = copy / "units/u01_mini/exercises/ex01_centre"
    shutil.copy(content.exercises[0].solution, exercise / "helper.py")
    (exercise / "wrong_whole.py").write_text("")
    (exercise / "public.json").write_text(json.dumps({"x": "return x - ops.mean(x, axis=1, keepdims=True)"}))
    found = find_leaks(content, copy)
    assert [message for message in found if "helper.py holds a line of ex01_centre/solution.py" in message]
    assert [message for message in found if "wrong_whole.py is an answer's file" in message]
    assert [
        message for message in found if "public.json holds a line of ex01_centre/wrong_features.py" in message
    ]


def test_every_exercise_of_the_course_has_lines_to_look_for():
    """Each solution and each check has lines for the search; a search for nothing would find nothing."""
    content = catalog.load()
    sources = set(distinctive(content).values())
    assert {f"{exercise.id}/check.py" for exercise in content.exercises} <= sources
    without = {exercise.name for exercise in content.exercises} - {
        e.name
        for e in content.exercises
        if {f"{e.id}/{file.name}" for file in (e.solution, *e.wrong.values())} & sources
    }
    assert not without
    assert {path.name for path in answers(content)} >= {"check.py", "solution.py", "mistakes.diff"}


def test_other_folders_are_not_changed(edition, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("")
    with pytest.raises(CourseError, match="is not empty and was not made by `course release`"):
        release.release(other, "torch")
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]
    used = tmp_path / "used"
    shutil.copytree(edition, used)
    (used / "work").mkdir()
    with pytest.raises(CourseError, match="contains work with files of a student"):
        release.release(used, "torch")
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="is not a folder"):
        release.release(tmp_path / "file", "torch")


@pytest.fixture
def quick(monkeypatch):
    """Make the course empty, so that a release needs no process."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    load = catalog.load

    def empty(root=None):
        content = load(root)
        for unit in content.units:
            unit.exercises.clear()
        return content

    monkeypatch.setattr(release.catalogs, "load", empty)


def test_an_earlier_release_is_replaced_completely_or_not_at_all(tmp_path, quick, monkeypatch):
    folder = tmp_path / "edition"
    release.release(folder, "torch")
    (folder / "old").write_text("")
    with monkeypatch.context() as patch:
        patch.setattr(release, "find_leaks", lambda content, place: ["x.py holds a line"])
        with pytest.raises(CourseError, match="would give answers away: x"):
            release.release(folder, "torch")
    assert (folder / "old").exists()
    release.release(folder, "torch")
    assert not (folder / "old").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["edition"]


@pytest.mark.parametrize("words", [("certify", "1.1"), ("release", "x")])
def test_commands_for_instructors_stop_in_the_edition(edition, monkeypatch, words):
    monkeypatch.setenv("COURSE_HOME", str(edition))
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 2
    assert "This is the student edition" in " ".join(result.output.split())


CHECK = """
import math

import numpy as np
from course.grading import close, equal, part, raises, shape, true


@part("what NumPy makes of an answer", points=1)
def property(candidate, rng):
    x = rng.normal(size=(5, 2)).astype("float32")
    got = candidate.centre(x)
    shape(got, (5, 2), inputs={"x": x})
    true(np.abs(got.mean(axis=0)).max() < 1e-5, "the means are 0", inputs={"x": x}, got=got)
    close(np.sort(got, axis=0)[::-1].T[0] - got.max(), np.sort(x[:, 0] - x[:, 0].mean())[::-1] - (x - x.mean(0)).max(),
          atol=1e-5)
    close(candidate.centre(got), got, atol=1e-5, message="twice is once")


@part("an array through asarray", points=1)
def through(candidate, rng):
    x = rng.normal(size=(3, 2)).astype("float32")
    close(np.asarray(candidate.centre(x)), x - x.mean(0), atol=1e-5)


@part("an expected value that depends on the answer", points=1)
def depends(candidate, rng):
    x = rng.normal(size=(3, 2)).astype("float32")
    half = float(candidate.centre(x)[0, 0]) / 2
    close(candidate.centre(x)[0, 0], 2 * half, atol=1e-5)


@part("a number of Python and a message with numbers", points=1)
def number(candidate, rng):
    got = candidate.centre(np.array([[1.0], [3.0]], "float32"))
    counts = np.array([np.sum(np.asarray(got)[:, 0] > bound) for bound in (-2, 0)])
    true(np.all(counts == [2, 1]), f"two numbers, one of them positive: {counts}")
    equal([int(n) for n in got[:, 0]], [-1, 1], message=f"the second is {float(got[1, 0]):.1f}")


@part("a number that lost its trace", points=2)
def lost(candidate, rng):
    got = candidate.centre(np.array([[1.0], [3.0]], "float32"))
    equal(len(got), 2)
    close(math.floor(got[1, 0]), 1, message="the second in [0, 2]")
    close(got, np.array([[-1.0], [1.0]]))


@part("a branch on the answer", points=1)
def branch(candidate, rng):
    got = candidate.centre(np.array([[1.0], [3.0]], "float32"))
    sign = 1.0 if got[1, 0] > 0 else -1.0
    close(sign * got[1, 0], 1.0)


@part("empty", points=1)
def empty(candidate, rng):
    raises(ValueError, lambda: candidate.centre(np.zeros((0, 2), "float32")))
"""

DOES_NOT_RAISE = (
    "from keras import ops\ndef centre(x):\n    return x - ops.sum(x, axis=0) / max(x.shape[0], 1)\n"
)


@pytest.fixture
def recorded(mini_copy, workers):  # noqa: F811
    """An exercise whose check has all kinds of parts, its public checks, and the exercise in the edition."""

    def change(unit):
        (unit / "exercises" / "ex01_centre" / "check.py").write_text(CHECK)

    exercise = mini_copy(change)[0]
    made = public_checks(exercise, workers, cases=2)
    made.write(exercise.path)
    exercise.check.unlink()
    return exercise, made


def test_statements_that_cannot_be_recorded_are_left_to_the_instructor(recorded, workers):  # noqa: F811
    exercise, made = recorded
    assert [(entry["name"].split()[0], entry["public"]) for entry in made.content["parts"]] == [
        ("what", True), ("an", True), ("an", True), ("a", True), ("a", False), ("a", False), ("empty", True),
    ]  # fmt: skip
    assert made.points == 5
    assert [len(entry["cases"]) for entry in made.content["parts"]] == [2, 2, 2, 1, 1, 0, 1]
    assert list(made.deferred) == ["a number that lost its trace", "a branch on the answer"]
    assert "depends on the solution's own answer" in made.deferred["a branch on the answer"]
    report = check(exercise, exercise.solution, workers)
    assert [part.status for part in report.parts] == [PASSED] * 4 + [INSTRUCTOR] * 2 + [PASSED]
    assert (report.earned, report.points, report.unchecked, report.seed) == (5, 5, 3, None)
    message = [part.message for part in report.parts if part.status == INSTRUCTOR]
    assert message == [
        "Not checked here, but by your instructor (2 points): the second in [0, 2].",
        "Not checked here, but by your instructor (1 point).",
    ]


def test_recorded_properties_catch_mistakes(recorded, workers, tmp_path):  # noqa: F811
    exercise, _ = recorded
    features = check(exercise, answer_of("ex01_centre", "wrong_features"), workers)
    assert features.parts[0].message == "this should hold: the means are 0."
    assert (
        features.parts[3].message == "this should hold: two numbers, one of them positive: [2 0]."
    )  # with the values of this answer
    assert (
        features.parts[4].status == FAILED
    )  # the recorded statements of a part must hold, even if the instructor gives its points
    assert (features.parts[4].points, features.unchecked) == (0, 3)
    assert not features.complete
    (tmp_path / "a.py").write_text(DOES_NOT_RAISE)
    report = check(exercise, tmp_path / "a.py", workers)
    assert [part.status for part in report.parts][-1] == FAILED
    assert "should raise ValueError here" in report.parts[-1].message


def test_points_that_are_not_checked_give_another_exit_status(recorded, workers, tmp_path, monkeypatch):  # noqa: F811
    exercise, made = recorded
    toml = exercise.path / "exercise.toml"
    text = toml.read_text(encoding="utf-8").replace("points = 4", f"points = {made.points + 3}")
    toml.write_text(f"{text}public_points = {made.points}\n", encoding="utf-8")
    (exercise.path / "stub.py").write_text(answer_of("ex01_centre", "stub").text)
    monkeypatch.setenv("COURSE_HOME", str(exercise.unit.path.parents[1]))
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setattr(
        "course.grading.sandbox.workers.Workers", lambda *args, **kwargs: nullcontext(workers)
    )

    def course(*words):
        done = CliRunner().invoke(cli.app, [*words, "--file", str(file)])
        return done.exit_code, " ".join(done.output.split())

    file = exercise.solution
    status, output = course("check", "1.1", "--seed", "7")
    assert status == 4
    backend = keras.config.backend()
    assert f"5 of 8 points; 3 points are not checked here. ({backend}, recorded inputs" in output
    assert "All 5" not in output
    assert "--seed 7 has no effect: the student edition checks with recorded inputs" in output
    assert course("check", "1.1", "--unchecked-ok")[0] == 0
    status, output = course("check", "1.1", "--json", "--seed", "7")
    assert status == 4
    assert json.loads(output)["seed"] is None
    assert json.loads(output)["reports"][0]["unchecked"] == 3
    output = " ".join(CliRunner().invoke(cli.app, ["progress"]).output.split())
    assert "5/8 1/2" in output
    assert "3 more points not checked here" in output
    file = tmp_path / "wrong_features.py"
    file.write_text(answer_of("ex01_centre", "wrong_features").text)
    assert course("check", "1.1")[0] == 1


def test_recording_twice_gives_the_same_bytes(recorded, workers, tmp_path):  # noqa: F811
    exercise, made = recorded
    made.write(tmp_path)
    for name in ("public.json", "public.npz"):
        assert (tmp_path / name).read_bytes() == (exercise.path / name).read_bytes()


def test_damaged_public_checks_are_an_error_of_the_grader(recorded, workers):  # noqa: F811
    exercise, _ = recorded
    (exercise.path / "public.npz").write_bytes(b"PK")
    with pytest.raises(CourseError, match="install the student edition again"):
        check(exercise, exercise.solution, workers)
