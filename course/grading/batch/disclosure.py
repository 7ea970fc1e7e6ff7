"""What a student may read about a graded file. The pages and Gradescope's results show the same.

| level | the student reads |
| --- | --- |
| `none` | which files were graded, and why a file was not |
| `points` | also the points of every exercise and part |
| `hints` (default) | also what went wrong, the named mistake, the hint, the inputs, and the answer of the file |
| `full` | also the expected values |

The expected values of a private case help to write a file that replays them. Therefore `hints` shows none of those that
the comparisons of `checks.py` print. A sentence that the author of a check wrote is shown as it is.
"""

import re

from course.grading.batch.marks import NOT_APPLIED
from course.grading.report import PASSED

NONE, POINTS, HINTS, FULL = "none", "points", "hints", "full"
LEVELS = (NONE, POINTS, HINTS, FULL)
# about the check; about others; the exercise itself says it
_INSTRUCTOR = ("check", "identical", "namesake", "marked", NOT_APPLIED)

_VALUES = re.compile(r": got \S+( \S+)?, expected .*", re.DOTALL)
_SIZE = re.compile(r"(differ, most|it differs) by \S+?(?= at \[|:|$|\.$)", re.IGNORECASE)
_STRUCTURE = r"(?:shape |dtype |an array of shape |a (?:list|tuple) of \d|a number|a dictionary\b(?! with))"
_EXPECTED = re.compile(rf", expected (?!{_STRUCTURE}).*", re.DOTALL)


def parts_shown(report, level):
    """Return the parts of a report, as dicts, without what the level hides; an empty list for `none`."""
    return [] if level == NONE else [_part(part, level) for part in report["parts"]]


def notes_shown(student):
    """Return the notes of the audit that the student may read."""
    return [note for note in student.notes if note.kind not in _INSTRUCTOR]


def _part(part, level):
    if level == FULL or part["status"] == PASSED:
        return part
    if level == POINTS:
        return (
            part
            | {"inputs": {}}
            | dict.fromkeys(("message", "mistake", "hint", "where", "got", "expected"), "")
        )
    message = part["message"]
    if part["expected"]:
        message = _EXPECTED.sub(".", _VALUES.sub(".", _SIZE.sub(r"\1", message)))
    return part | {"message": message, "expected": ""}
