"""Where things are: the course's content, the student's work, and the results of runs.

| function | place | moved by |
| --- | --- | --- |
| `root()` | the folder that holds `units/` and `datasets/` | `COURSE_HOME` |
| `work()` | where students edit | `COURSE_WORK` |
| `runs()` | what experiments wrote | `COURSE_RUNS` |

`work()` and `runs()` belong to the clone when you stand anywhere inside it, otherwise to the current folder:
a student who installed the package gets `work/` and `runs/` where the command was typed, and nothing is ever
written beside the installed files.
"""

import os
from pathlib import Path


def root():
    """Return the folder that holds `units/` and `datasets/`."""
    return _from_environment("COURSE_HOME") or Path(__file__).resolve().parent.parent


def work():
    """Return the folder in which students edit; it need not exist yet."""
    return _from_environment("COURSE_WORK") or _base() / "work"


def runs():
    """Return the folder in which every run gets its own folder; it need not exist yet."""
    return _from_environment("COURSE_RUNS") or _base() / "runs"


def _from_environment(name):
    value = os.environ.get(name)
    return Path(value).expanduser().resolve() if value else None


def _base():
    here, home = Path.cwd().resolve(), root()
    return home if here.is_relative_to(home) else here
