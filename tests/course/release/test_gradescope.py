"""`course release --gradescope`: the zip, and the whole chain in a clean root, as Gradescope runs it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import pytest
from typer.testing import CliRunner

from course import catalog as catalogs
from course import cli
from course.cli import container
from course.grading.sandbox import mounts
from course.grading.sandbox.launcher import plain
from tests.course.grading.conftest import MINI
from tests.security.matrix import ROWS

pytestmark = pytest.mark.backend_independent
METADATA = {
    "id": 1,
    "created_at": "2026-11-21T09:00:00.000000-07:00",
    "assignment": {"due_date": "2026-11-20T23:00:00.000000-07:00", "total_points": "7.0"},
    "users": [{"email": "anna@uni.edu", "id": 7, "name": "Anna"}],
}
READS = """
import os, pathlib
source = pathlib.Path("/autograder")
prepared = f"/proc/{os.getppid()}/mem"  # of the process that has imported Keras
hidden = ["class.seed", "units", "settings.json", "requirements.txt"]
for path in [*(f"source/{name}" for name in hidden), "results", prepared]:
    try:
        (os.listdir if (source / path).is_dir() else open)(source / path)
        found = path
        break
    except OSError:
        found = "nothing"
def centre(x):
    raise LookupError("found " + found)
"""


@pytest.fixture
def released(tmp_path, monkeypatch):
    """Function that writes the autograder of the mini course and returns its path and what the command printed."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))

    def make(*words, status=0):
        path = tmp_path / "autograder.zip"
        words = ["release", str(path), "--gradescope", *words]
        result = CliRunner().invoke(cli.app, words)
        assert result.exit_code == status, result.output
        return path, " ".join(result.output.split())

    return make


def test_the_zip_has_what_gradescope_needs(released, tmp_path):
    (tmp_path / "class.seed").write_text("99\n")
    options = ("--backend", "jax", "--exercise", "1.2", "--policy", "late=refuse", "--seed-file")
    path, output = released(*options, str(tmp_path / "class.seed"))
    assert "the autograder of 1 exercise with 3 points on jax" in output
    first = path.read_bytes()
    with zipfile.ZipFile(path) as made:
        names = made.namelist()
        assert {"setup.sh", "run_autograder", "course/__init__.py", "units/u01_mini/unit.toml"} <= set(names)
        assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]
        for name in ("setup.sh", "run_autograder"):
            assert made.getinfo(name).external_attr >> 16 & stat.S_IXUSR
            assert made.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert made.read("class.seed") == b"99\n"
        settings = json.loads(made.read("settings.json"))
        assert (settings["exercises"], settings["policy"]) == (["u01/ex02_scale"], ["late=refuse"])
        needed = made.read("requirements.txt").decode().splitlines()
        assert "jax>=0.10" in needed
        assert not [line for line in needed if line.startswith(("torch", "tensorflow", "#"))]
        assert "keras==" in made.read("constraints.txt").decode()
    assert released(*options, str(tmp_path / "class.seed"))[0].read_bytes() == first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Name the exercises of the assignment"),
        (("--unit", "1", "--json"), "--public-cases and --json belong to the student edition"),
        (("--unit", "1", "--public-cases", "3"), "--public-cases and --json belong to the student edition"),
        (("--unit", "1", "--feedback", "all"), "--feedback all: it is one of"),
        (("--unit", "1", "--policy", "late=never"), "late is one of"),
        (("--unit", "1", "--policy", "late=keep,attempts=2"), "--policy attempts=2: Gradescope keeps"),
        (("--unit", "1", "--backend", "numpy"), "--backend numpy: it is one of"),
        (("--unit", "1", "--seed-file", "none"), "There is no seed file none"),
    ],
)
def test_mistakes_get_one_sentence(released, words, message):
    path, output = released(*words, status=2)
    assert message in output
    assert not path.exists()


@pytest.mark.parametrize("words", [("--unit", "1"), ("--feedback", "none"), ("--timeout", "60")])
def test_options_of_gradescope_alone_are_refused(tmp_path, words):
    result = CliRunner().invoke(cli.app, ["release", str(tmp_path / "edition"), *words])
    assert (result.exit_code, "belong to --gradescope" in result.output) == (2, True)


def test_without_a_result_there_is_no_file_of_results(tmp_path, capsys):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "settings.json").write_text('{"exercises": ["u09/ex99"], "policy": []}')
    assert container.main([], tmp_path) == 1
    assert "Nothing was graded" in capsys.readouterr().err
    assert not (tmp_path / "results" / "results.json").exists()


def test_no_file_runs_as_the_user_of_the_grader(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(container, "best_launcher", lambda: (plain, False, "There is no jail."))
    monkeypatch.setattr(container, "possible", lambda: False)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "settings.json").write_text('{"exercises": [], "policy": [], "backend": "jax"}')
    assert container.main(["--try"], tmp_path) == 1
    assert "needs root and `setpriv`" in capsys.readouterr().err


class Root:
    """A clean root folder with the system and the interpreter, and of the rest only /autograder."""

    def __init__(self, place, released, jailed):
        self.home = place / "autograder"
        (self.home / "results").mkdir(parents=True)
        with zipfile.ZipFile(released) as made:
            for about in made.infolist():
                target = Path(made.extract(about, self.home / "source"))
                target.chmod(about.external_attr >> 16 & 0o777)
        shutil.copy(self.home / "source" / "run_autograder", self.home)
        (self.home / "submission_metadata.json").write_text(json.dumps(METADATA))
        shown, _ = mounts.packages()
        self._options = ["--tmpfs", "/tmp"]
        for kind, *where in mounts._system():
            self._options += [kind, *where]
        for path in sorted(shown, key=len):
            self._options += [*_open_folders(path), "--ro-bind", path, path]
        self._options += [
            "--ro-bind-try",
            "/etc/ld.so.cache",
            "/etc/ld.so.cache",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
        ]
        self._options += [
            "--bind",
            str(self.home),
            "/autograder",
            "--unshare-pid",
            "--unshare-ipc",
            "--die-with-parent",
        ]
        self._options += ["--cap-add", "ALL"] if jailed else ["--ro-bind", "/dev/null", shutil.which("bwrap")]

    def run(self, script):
        """Run a script of the autograder as Gradescope does; return exit status and output."""
        env = {"PATH": os.environ["PATH"], "COURSE_PYTHON": sys.executable}
        command = ["bwrap", *self._options, "--chdir", "/autograder", "bash", script]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout + done.stderr

    def hand_in(self, **files):
        """Hand in `files`, and return what Gradescope would read, and the output for the instructor."""
        shutil.rmtree(self.home / "submission", ignore_errors=True)
        (self.home / "submission").mkdir()
        for name, text in files.items():
            (self.home / "submission" / f"{name}.py").write_text(text)
        status, output = self.run("/autograder/run_autograder")
        assert status == 0, output
        return json.loads((self.home / "results" / "results.json").read_text()), output


def _open_folders(path):
    """Return options that make the folders above a path, open to every user."""
    above = [str(up) for up in Path(path).parents if str(up) not in ("/", "/usr", "/tmp")]
    return [option for up in sorted(above, key=len) for option in ("--perms", "0755", "--dir", up)]


@pytest.mark.skipif(
    not (sys.platform == "linux" and os.geteuid() == 0 and shutil.which("bwrap") and shutil.which("setpriv")),
    reason="a clean root needs bubblewrap and root",
)
def test_the_whole_chain_in_a_clean_root(released, tmp_path):
    """Without a jail, which most containers do not allow: a file runs as another user, who cannot read the checks."""
    path, _ = released("--unit", "1", "--backend", keras.config.backend(), "--policy", "late=penalize:50")
    root = Root(tmp_path, path, jailed=False)
    status, output = root.run("/autograder/source/setup.sh")
    assert status == 0, output
    assert "A file can be graded here, without a jail" in output
    (_, scale) = catalogs.load(MINI).exercises
    results, output = root.hand_in(ex01_centre=READS, ex02_scale=scale.solution.read_text())
    assert (results["score"], results["visibility"]) == (1.5, "visible")  # a day late
    tests = {test["name"]: test for test in results["tests"]}
    assert [test["max_score"] for test in results["tests"] if "max_score" in test] == [4, 3]
    assert "LookupError: found nothing" in json.dumps(results)
    assert any("late: 50 percent taken off" in test["output"] for test in tests.values())
    assert "anna@uni.edu" not in output
    # the kernel refuses to this user what it refuses in a jail
    for name in ("refused_calls", "starts_programs", "leaves_a_key"):
        (row,) = [row for row in ROWS if row.name == name]
        results, _ = root.hand_in(ex01_centre=row.source())
        outputs = " ".join(test["output"] for test in results["tests"])
        assert re.search(row.message, outputs), outputs
