"""Checks for exercises: a candidate's file runs in another process, the answers are judged in this one.

May import authoring, catalog, processes and sandbox. The command line, release and tests call it; a unit imports of it
what a `check.py` is written with, the names below, and nothing else.

| file | idea |
| --- | --- |
| `checks.py`, `values.py`, `smallest.py` | what a `check.py` is written with; the smallest failing input of a part |
| `session.py`, `candidate.py`, `errors.py` | one file in a process, the proxy that a check sees, how it can end |
| `runner.py`, `report.py`, `screen.py` | parts → points and sentences, shown on a terminal |
| `feedback.py`, `mistakes.py`, `blame.py`, `one_backend.py` | what a student reads, and whose doing a failure is |
| `shortcuts.py` | forbidden shortcuts, found by reading the file |
| `recorded.py` | the public checks of the student edition |
| `sandbox/` | the candidate's process and the jail around it |
| `authoring/` | stub and mistakes are derived from the solution, and an exercise proves itself |
| `workspace/` | a student's files, what was reached, what is handed in |
| `batch/` | a class: submissions in, a gradebook out |
"""

from importlib import import_module

__all__ = ["close", "equal", "part", "raises", "shape", "true"]


def __getattr__(name):  # when they are asked for: a candidate's process has this package, but no `checks`
    if name in __all__:
        return getattr(import_module("course.grading.checks"), name)
    raise AttributeError(f"module 'course.grading' has no attribute {name!r}")
