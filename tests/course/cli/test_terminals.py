"""Terminals without colour or without control, and of eighty columns: what a person sees in them."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from course import catalog
from tests.course.grading.conftest import MINI

pytestmark = [
    pytest.mark.backend_independent,
    pytest.mark.skipif(os.name != "posix", reason="Windows has no pseudo-terminals"),
]
ROOT = Path(__file__).resolve().parents[3]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d|10\d)(?:;\d+)*m")


def shown(*words, **variables):
    """What `course` writes to a terminal of eighty columns."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    left_out = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "LINES")
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    env |= {"COURSE_HOME": str(MINI), "TERM": "xterm-256color", **variables}
    command = [sys.executable, "-m", "course.cli", *words]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux's sign for the end
                break
            if not part:
                break
            parts.append(part)
    os.close(ours)
    assert process.returncode == 0, parts
    return b"".join(parts).decode("utf-8")


@pytest.mark.parametrize("words", [["list"], ["run", "--help"]], ids=" ".join)
def test_colour_can_be_switched_off_and_no_line_is_longer_than_the_terminal(words):
    usual, plain, dumb = shown(*words), shown(*words, NO_COLOR="1"), shown(*words, TERM="dumb")
    assert COLOUR.search(usual)
    assert not COLOUR.search(plain)
    assert "\x1b" not in dumb
    lines = [CONTROL.sub("", text).splitlines() for text in (usual, plain, dumb)]
    assert [line.rstrip() for line in lines[1]] == [line.rstrip() for line in lines[2]]
    assert all(len(line) <= 80 for text in lines for line in text)


def test_every_title_of_the_course_has_one_line_in_progress(tmp_path):
    titles = [unit.title for unit in catalog.load().units]
    written = CONTROL.sub(
        "", shown("progress", COURSE_HOME=str(ROOT), COURSE_WORK=str(tmp_path))
    ).splitlines()
    assert all(any(line.rstrip().endswith(title) for line in written) for title in titles)
