"""Every model of the course in one table, from recorded runs: `course leaderboard` calls it.

| file | idea |
| --- | --- |
| `recorded.py` | the results in `runs/`, the newest of each kind; what could not be read |
| `board.py` | which model got which score: groups of models with one task and one data set, sorted |
| `page.py`, `picture.py`, `markdown.py` | the same table as a page, a figure and a text |
"""

from course.experiments.leaderboard.board import Board, board
from course.experiments.leaderboard.page import write
from course.experiments.leaderboard.recorded import Records, recorded

__all__ = ["Board", "Records", "board", "recorded", "write"]
