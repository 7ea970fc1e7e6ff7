"""The student edition: the course without its solutions, with recorded checks.

May import catalog, grading, sandbox and processes. `course release` calls it, and `course certify` to detect an
edition.

| file | idea |
| --- | --- |
| `edition.py`, `readme.py` | the edition is made in a temporary folder, tested there, and renamed; its README |
| `cases.py` | the public checks of one exercise |
| `record.py`, `trace.py`, `scope.py` | a check is recorded with stand-ins for the candidate and its answers |
| `leaks.py` | searches the edition for answers |
"""
