"""The command line: one module for each group of commands, put together in `application.py`.

May import every other room. People call it, as `course …` or `python -m course.cli …`; only `course.gate`
imports it, for `plain_text`. Importing it imports neither Keras nor Matplotlib, so that help appears at once: a
command imports what it needs when it runs.

| file | commands |
| --- | --- |
| `application.py` | `list`, and the application that all commands are part of |
| `doctor.py`, `run.py`, `strategy.py`, `portable.py` | `doctor`, `run` and its devices, `portable` |
| `leaderboard.py`, `report.py`, `notebooks.py` | `leaderboard`, `report`, `notebooks` |
| `work.py`, `progress.py`, `hand_in.py` | students: `start`, `check`, `progress`, `hint`, `watch`, `submit` |
| `instructor.py`, `grade.py`, `grade_screen.py`, `mark.py` | instructors: `certify`, `release`, `grade`, `mark` |
| `shards.py`, `similar.py` | several machines for one class: `seed`; answers that are alike: `similar` |
| `author.py` | authors: `mistake`, `new exercise` |
| `slides.py`, `bench.py` | `slides`, `bench` |
| `units.py` | the units that a user names |
| `screen.py`, `plain_text.py` | the two consoles; characters that a console cannot show |
"""

from importlib import import_module

__all__ = ["app", "main"]


def __getattr__(name):
    if name in __all__:
        return getattr(import_module("course.cli.application"), name)
    raise AttributeError(f"module 'course.cli' has no attribute {name!r}")
