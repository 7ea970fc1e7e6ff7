"""Lessons and exercises as Jupyter notebooks, and the check of an answer that is written in cells.

May import catalog, grading, authoring, sandbox and workspace. `course notebooks` and `course.check` call it.

| file | idea |
| --- | --- |
| `build.py` | a lesson or an exercise as a notebook, the same bytes every time |
| `hosted.py` | the first cell: it installs the course on Colab and Kaggle, and does nothing elsewhere |
| `cells.py` | collects the answer to an exercise from the cells that were run |
| `check.py`, `result.py` | `course.check`, and its result as HTML |
"""
