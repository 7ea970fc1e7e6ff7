import json
import os

import pytest

from course import CourseError
from course.grading import workspace
from course.grading.report import PartResult, Report
from course.grading.workspace import progress as progress_module
from course.grading.workspace.progress import Progress

pytestmark = pytest.mark.backend_independent


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    folder = tmp_path / "my work"
    monkeypatch.setenv("COURSE_WORK", str(folder))
    return folder


def test_start_copies_stub_and_task(mini, work):
    written = workspace.start(mini[0])
    assert written == [(work / "u01/ex01_centre.py", True), (work / "u01/ex01_centre.md", True)]
    assert (work / "u01/ex01_centre.py").read_bytes() == mini[0].stub.read_bytes()
    assert (work / "u01/ex01_centre.md").read_bytes() == mini[0].task.read_bytes()
    assert sorted(p.name for p in (work / "u01").iterdir()) == ["ex01_centre.md", "ex01_centre.py"]


@pytest.mark.parametrize("content", ["my answer", ""])
def test_a_students_file_is_never_overwritten(mini, work, content):
    workspace.start(mini[0])
    (work / "u01/ex01_centre.py").write_text(content)
    (work / "u01/ex01_centre.md").unlink()  # as if `start` was interrupted or the file deleted
    assert [new for _, new in workspace.start(mini[0])] == [False, True]
    assert (work / "u01/ex01_centre.py").read_text() == content
    assert [new for _, new in workspace.start(mini[0])] == [False, False]


def test_a_folder_in_place_of_the_file_is_named(mini, work):
    (work / "u01/ex01_centre.py").mkdir(parents=True)
    with pytest.raises(CourseError, match="is not a file"):
        workspace.start(mini[0])
    (work / "u01/ex01_centre.py").rmdir()
    (work / "u01/ex01_centre.py").symlink_to(work / "nowhere.py")
    with pytest.raises(CourseError, match="is not a file"):
        workspace.start(mini[0])
    assert not (work / "nowhere.py").exists()


def test_a_folder_that_cannot_be_written_is_named(mini, work):
    work.write_text("a file where the folder should be")
    with pytest.raises(CourseError, match="cannot be written"):
        workspace.start(mini[0])


def test_a_missing_file_names_the_command(mini):
    with pytest.raises(CourseError, match=r"`course start u01/ex01_centre` puts it there"):
        workspace.find(mini[0])


@pytest.mark.parametrize(
    "name",
    ["u01/ex1_centre.py", "u01/ex01_center.py", "u01/EX01_Centre.PY", "u01/centre.py", "centre.py"],
)
def test_a_misnamed_file_is_suggested(mini, work, name):
    (work / "u01").mkdir(parents=True)
    (work / name).write_text("")
    if workspace.answer(mini[0]).exists():
        pytest.skip("this file system does not tell upper from lower case")
    with pytest.raises(CourseError, match=r"rename it to ex01_centre\.py"):
        workspace.find(mini[0])


def test_a_file_next_to_its_folder_is_found(mini, work):
    work.mkdir()
    (work / "ex01_centre.py").write_text("")
    with pytest.raises(CourseError, match=r"ex01_centre\.py: move it into u01"):
        workspace.find(mini[0])


def test_the_answer_to_another_exercise_is_not_taken_for_this_one(mini, work):
    workspace.start(mini[1])
    with pytest.raises(CourseError, match="course start"):
        workspace.find(mini[0])


def report(exercise, earned, points=4, status="passed"):
    part = PartResult("all", points, earned=earned, status=status)
    return Report(exercise.name, exercise.title, "f.py", "jax", 0, [part])


def test_progress_keeps_the_best_result(mini):
    reached = Progress()
    assert reached.best(mini[0]) is None
    for earned in (1, 3, 2):
        reached.record(report(mini[0], earned))
        reached.save()
    assert Progress().best(mini[0]) == 3
    assert Progress().best(mini[1]) is None
    content = json.loads(Progress().path.read_text())
    assert content["exercises"]["u01/ex01_centre"]["earned"] == 2


def test_a_result_that_was_not_judged_is_not_recorded(mini):
    reached = Progress()
    reached.record(report(mini[0], 0, status="trouble"))
    assert reached.best(mini[0]) is None


def test_points_that_an_exercise_no_longer_has_do_not_count(mini):
    reached = Progress()
    reached.record(report(mini[0], 40, points=40))
    assert reached.best(mini[0]) == 4


def test_shown_hints_are_counted(mini):
    reached = Progress()
    for expected in (1, 2, 3, 3):
        reached.show_hint(mini[0])
        reached.save()
        assert Progress().hints(mini[0]) == expected
    reached.record(report(mini[0], 1))
    assert reached.hints(mini[0]) == 3


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b'{"version": 2, "exercises": {}}',
        b'{"version": 1}',
        b'{"version": 1, "exercises": {"u01/ex01_centre": 3}}',
        b'{"version": 1, "exercises": {"u01/ex01_centre": {"best": "3"}}}',
        b'{"version": 1, "exercises": {"u01/ex01_centre": {"hints": -1}}}',
    ],
)
def test_a_damaged_file_is_set_aside_and_not_lost(mini, work, damaged):
    work.mkdir()
    for number in (1, 2):
        (work / ".progress.json").write_bytes(damaged)
        reached = Progress()
        assert f".progress.broken-{number}.json" in reached.note
        assert (work / f".progress.broken-{number}.json").read_bytes() == damaged
        reached.record(report(mini[0], 2))
        reached.save()
        assert (Progress().note, Progress().best(mini[0])) == ("", 2)


def test_a_write_that_fails_leaves_the_old_file(mini, work, monkeypatch):
    reached = Progress()
    reached.record(report(mini[0], 2))
    reached.save()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    reached.record(report(mini[0], 4))
    with pytest.raises(CourseError, match="No space left"):
        reached.save()
    assert Progress().best(mini[0]) == 2
    assert [p.name for p in work.iterdir()] == [".progress.json"]
    assert progress_module.VERSION == 1
