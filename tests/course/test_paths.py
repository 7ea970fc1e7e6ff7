import os
import subprocess
import sys
from pathlib import Path

import pytest

import course
from course import paths

pytestmark = pytest.mark.backend_independent


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


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A folder in which no variable names another place."""
    for name in ("COURSE_HOME", "COURSE_WORK", "COURSE_RUNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("holds", ["", "u01/", ".progress.json"])
def test_work_is_found_upwards(nowhere, monkeypatch, holds):
    inside = nowhere / "work" / "u02" if holds == "u01/" else nowhere / "a" / "b"
    inside.mkdir(parents=True)
    (nowhere / "work").mkdir(exist_ok=True)
    if holds == ".progress.json":
        (nowhere / "work" / holds).write_text("{}")
    monkeypatch.chdir(inside)
    assert paths.work() == nowhere / "work"
    (inside / "work").mkdir()  # the nearest one counts
    assert paths.work() == inside / "work"


def test_another_folder_called_work_is_passed_over(nowhere, monkeypatch):
    (nowhere / "work" / "taxes").mkdir(parents=True)
    (nowhere / "a").mkdir()
    monkeypatch.chdir(nowhere / "a")
    assert paths.work() == nowhere / "a" / "work"


def test_work_is_that_of_course_home_where_none_is_above(nowhere, monkeypatch):
    home = nowhere / "home"
    (home / "work" / "u01").mkdir(parents=True)
    (nowhere / "a").mkdir()
    monkeypatch.setenv("COURSE_HOME", str(home))
    monkeypatch.chdir(nowhere / "a")
    assert paths.work() == home / "work"
    (nowhere / "work" / "u01").mkdir(parents=True)
    assert paths.work() == nowhere / "work"


NO_HOME = """
import pwd

def unknown(uid):
    raise KeyError(f"getpwuid(): uid not found: {uid}")

pwd.getpwuid = unknown
import pathlib
try:
    pathlib.Path.home()
except RuntimeError:
    from course import backend, cli, data, paths
    assert paths.home() is None
    assert str(paths.expanded("~/x")) == "~/x"
    backend.choose()
    kept = data.cache.write(data.cards.card("mnist"), {})
    assert "set COURSE_CACHE to a folder" in kept, kept
    cli.app(["list"], standalone_mode=False)
    cli.app(["doctor"], standalone_mode=False)
else:
    raise AssertionError("this process has a home")
"""


@pytest.mark.skipif(os.name != "posix", reason="a user without an entry in the system's list is one of POSIX")
def test_a_user_whom_the_system_does_not_know_can_work(nowhere):
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("HOME", "KERAS_HOME", "COURSE_CACHE")
    }
    env |= {"PYTHONPATH": str(paths.root()), "TMPDIR": str(nowhere)}
    here = nowhere / "here"
    here.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", NO_HOME], env=env, cwd=here, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "none, for this user has no home folder: set COURSE_CACHE to a folder" in done.stdout
    assert list(here.iterdir()) == []  # and no folder is called "~"
