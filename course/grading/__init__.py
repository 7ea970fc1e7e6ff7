"""Checks for exercises: a candidate's file runs in another process, the answers are judged in this one.

| file | idea |
| --- | --- |
| `checks.py` | what a `check.py` is written with |
| `protocol.py` | frames of JSON and raw arrays: all that travels |
| `worker.py`, `desk.py` | the candidate's process |
| `launcher.py`, `process.py`, `output.py` | how it is started, asked, ended; what it printed |
| `jail.py`, `mounts.py` | the bubblewrap jail around it, and what of the machine is in there |
| `copies.py`, `template.py` | a warm process that copies itself for every file: the grader's side, the child's |
| `world.py`, `limits.py`, `kernel.py` | what a copy gets inside the jail: a world, limits, no privileges |
| `workers.py`, `session.py`, `candidate.py` | a warm process, one file in it, the proxy that a check sees |
| `runner.py`, `report.py`, `feedback.py`, `mistakes.py` | parts → points and sentences |
| `blame.py`, `found.py` | whose doing a failure is: the candidate's or the checker's |
| `trial.py` | the checker is tried out with a file of ours |
| `smallest.py` | the smallest failing input of a part |
| `forbidden.py`, `shortcuts.py`, `traps.py` | forbidden shortcuts: names, read in the file, trapped when run |
| `recorded.py` | the public checks of the student edition |
| `authoring/` | stub and wrong answers, derived from the solution; what a new exercise begins with |
| `certify.py`, `signatures.py` | an exercise proves itself |
| `workspace.py`, `progress.py`, `submit.py`, `watching.py` | a student's files, what was reached, what is handed in |
"""

from importlib import import_module

__all__ = ["close", "equal", "part", "raises", "shape", "true"]


def __getattr__(name):  # when they are asked for: a candidate's process has this package, but no `checks`
    if name in __all__:
        return getattr(import_module("course.grading.checks"), name)
    raise AttributeError(f"module 'course.grading' has no attribute {name!r}")
