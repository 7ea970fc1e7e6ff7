"""The student edition: the course without its answers, with checks that were recorded against the solutions.

May import catalog, grading, sandbox, workspace and processes. `course release` calls it; `course certify` calls it to
stop inside a student edition.

| file | idea |
| --- | --- |
| `edition.py`, `readme.py` | makes the edition in a temporary folder, tests it and renames it; its README |
| `gradescope.py` | the other edition: an autograder with all answers, for Gradescope |
| `cases.py` | the public checks of one exercise |
| `record.py`, `trace.py`, `scope.py` | record a check with wrappers around what it asks and computes |
| `leaks.py` | searches the edition for answers |
"""
