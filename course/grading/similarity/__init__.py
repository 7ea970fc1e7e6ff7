"""Similar submissions: pairs of answers that share more than the stub and the class explain, for a human to look at.

May import batch, platforms and workspace. `course similar` calls it.
It costs no points and changes no grade.

| file | idea |
| --- | --- |
| `fingerprints.py` | a text as a set of short pieces without names, comments and the stub (the package copydetect) |
| `pairs.py` | the pairs that share the most of these pieces |
| `report.py` | pages and a table for the instructor |
"""
