"""Checks for exercises: a candidate's file runs in another process, the answers are judged in this one.

| file | idea |
| --- | --- |
| `checks.py` | what a `check.py` is written with |
| `protocol.py` | frames of JSON and raw arrays: all that travels |
| `worker.py`, `desk.py` | the candidate's process |
| `launcher.py`, `process.py`, `output.py` | how it is started, asked, ended; what it printed |
| `workers.py`, `session.py`, `candidate.py` | a warm process, one file in it, the proxy that a check sees |
| `runner.py`, `report.py`, `feedback.py`, `mistakes.py` | parts → points and sentences |
| `certify.py`, `signatures.py` | an exercise proves itself |
| `workspace.py`, `progress.py` | a student's files and what was reached |
"""

from course.grading.checks import close, equal, part, raises, shape, true

__all__ = ["close", "equal", "part", "raises", "shape", "true"]
