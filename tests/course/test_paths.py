from pathlib import Path

import course
from course import paths


def test_root_is_the_folder_that_holds_the_package(monkeypatch):
    monkeypatch.delenv("COURSE_HOME", raising=False)
    assert paths.root() == Path(course.__file__).parent.parent
    assert (paths.root() / "units").is_dir()


def test_the_environment_moves_each_place(monkeypatch, tmp_path):
    for variable, place in (("HOME", paths.root), ("WORK", paths.work), ("RUNS", paths.runs)):
        monkeypatch.setenv(f"COURSE_{variable}", str(tmp_path / variable))
        assert place() == tmp_path / variable


def test_work_and_runs_belong_to_the_clone_from_anywhere_inside_it(monkeypatch, tmp_path):
    for name in ("COURSE_WORK", "COURSE_RUNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "clone"))
    inside = tmp_path / "clone" / "units" / "u01"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert (paths.work(), paths.runs()) == (tmp_path / "clone" / "work", tmp_path / "clone" / "runs")


def test_elsewhere_they_are_where_the_command_was_typed(monkeypatch, tmp_path):
    for name in ("COURSE_HOME", "COURSE_WORK", "COURSE_RUNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert (paths.work(), paths.runs()) == (tmp_path / "work", tmp_path / "runs")
