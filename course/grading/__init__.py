"""Checks for exercises: the candidate's file runs in another process; this process compares its answers.

May import authoring, catalog, processes and sandbox. The command line, release and tests call it; a `check.py` of a
unit imports the names in `__all__` below and nothing else.

| file | idea |
| --- | --- |
| `checks.py`, `values.py`, `smallest.py` | the functions for a `check.py`; the smallest failing input of a part |
| `session.py`, `candidate.py`, `errors.py` | one file in a process, the proxy that a check sees, the possible errors |
| `runner.py`, `report.py`, `screen.py` | run the parts, collect points and messages, print them on a terminal |
| `feedback.py`, `mistakes.py`, `blame.py`, `one_backend.py` | the messages for students; what caused a failure |
| `shortcuts.py` | forbidden shortcuts in the source of a file |
| `recorded.py` | the public checks of the student edition |
| `sandbox/` | the candidate's process and the jail around it |
| `authoring/` | derives stub and mistakes from the solution, and certifies an exercise |
| `workspace/` | a student's files, progress and submission |
| `batch/` | grades the submissions of a class and writes a gradebook |
"""

from importlib import import_module

__all__ = ["close", "equal", "part", "raises", "shape", "true"]


def __getattr__(name):  # a lazy import: the candidate's process has this package, but not `checks`
    if name in __all__:
        return getattr(import_module("course.grading.checks"), name)
    raise AttributeError(f"module 'course.grading' has no attribute {name!r}")
