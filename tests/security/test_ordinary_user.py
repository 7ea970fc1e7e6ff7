"""The tamper matrix as a user without privileges, whose jail has a user namespace of its own (run by name: -m slow)."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = 54321  # no user of this machine

pytestmark = [pytest.mark.slow, pytest.mark.backend_independent, pytest.mark.timeout(1200)]


@pytest.fixture
def folder():
    """A folder of the user. (The folder of pytest's tmp_path is closed to other users.)"""
    with tempfile.TemporaryDirectory() as name:
        os.chown(name, USER, USER)
        yield Path(name)


@pytest.mark.skipif(
    getattr(os, "geteuid", int)() != 0,
    reason="this user is an ordinary one: test_tamper_matrix.py is this test",
)
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (of util-linux) is not installed")
def test_the_matrix_of_an_ordinary_user(folder):
    places = {
        "HOME": folder,
        "TMPDIR": folder,
        "COURSE_RUNS": folder / "runs",
        "COURSE_WORK": folder / "work",
    }
    environment = os.environ | {name: str(place) for name, place in places.items()}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def python(*arguments):
        return subprocess.run(
            [
                *("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all"),
                *(sys.executable, *arguments),
            ],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    # where the user cannot enter the folder of the interpreter, Python runs with another library than ours
    readable = python("-c", "import sys, keras, course; print(sys.base_prefix)")
    if readable.returncode:
        pytest.skip(f"an ordinary user cannot run this Python: {readable.stderr.strip().splitlines()[-1]}")
    if readable.stdout.split() != [sys.base_prefix]:
        pytest.skip(f"an ordinary user cannot read {sys.base_prefix}, the folder of this Python")
    done = python(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'pytest'}"),
        "tests/security/test_tamper_matrix.py",
    )
    assert done.returncode == 0, done.stdout[-4000:]
    last = done.stdout.strip().splitlines()[-1]
    assert " passed" in last
    assert "skipped" not in last
