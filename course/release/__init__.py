"""The student edition: the course without its answers, with checks that were recorded against them.

May import catalog, grading, sandbox and processes. `course release` calls it, and `course certify` to refuse an
edition.

| file | idea |
| --- | --- |
| `edition.py`, `readme.py` | the edition is made beside its place, proved there, and renamed into it; its README |
| `cases.py` | the public checks of one exercise |
| `record.py`, `trace.py`, `scope.py` | a check is recorded with stand-ins for what it asks and computes |
| `leaks.py` | looks for answers in what was made |
"""
