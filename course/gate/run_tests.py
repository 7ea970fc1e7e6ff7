"""``python -m course.gate.run_tests …``: pytest with these arguments; then the process ends at once.

Python would first destroy what a backend still holds, which takes up to half a minute. It can also wait for a thread of
a library that never ends; then a stage all of whose tests have passed would keep the gate waiting until CI stops it.

The name of the running test stands in the file that the variable ``COURSE_GATE_RUNNING`` names, so that the gate can
say where a process was that crashed or that had to be ended.
"""

import os
import sys
from pathlib import Path

import pytest

VARIABLE = "COURSE_GATE_RUNNING"


class Running:
    """A plugin of pytest that writes the name of the running test to a file."""

    def __init__(self, file):
        self._file = Path(file)

    def pytest_runtest_logstart(self, nodeid):
        """Pytest calls this before each test."""
        self._file.write_text(nodeid, encoding="utf-8")


if __name__ == "__main__":
    plugins = [Running(os.environ[VARIABLE])] if os.environ.get(VARIABLE) else []
    status = pytest.main(sys.argv[1:], plugins)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status))
