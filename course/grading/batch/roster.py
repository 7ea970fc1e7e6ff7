"""Reads the CSV files of the instructor: the students of the class, and the times of submissions.

| file | columns |
| --- | --- |
| the roster | `student`, and optionally `name`, `deadline` (an extension), `received` (time of the submission) |
| the list of times | `submission` (the name of a folder or zip) or `student`, and `received` |

For the table of a learning platform it is enough to rename its columns.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from course.errors import CourseError
from course.grading.batch.submission import identity, shown
from course.grading.batch.times import read_time


@dataclass(frozen=True)
class Enrolled:
    """One row of the roster."""

    student: str
    name: str = ""
    deadline: datetime | None = None
    received: datetime | None = None


def read_roster(path, zone=None):
    """Return a dictionary student → `Enrolled`, in the order of the file; `zone` is that of `read_time`.

    Raises:
        CourseError: The file cannot be read, has no column `student`, or contains a student twice.
    """
    columns, rows = _table(path, "roster")
    if "student" not in columns:
        raise CourseError(f"The roster {path} needs a first line with a column called student.")
    enrolled = {}
    for number, row in rows:
        student = identity(row["student"])
        if not student:
            continue
        if student in enrolled:
            raise CourseError(f"The roster {path} has {student} twice (line {number}): remove one line.")
        deadline, received = row.get("deadline"), row.get("received")
        enrolled[student] = Enrolled(
            student,
            shown(row.get("name", ""), 100),
            read_time(deadline, zone, end=True) if deadline else None,
            read_time(received, zone) if received else None,
        )
    return enrolled


def read_received(path, zone=None):
    """Return a dictionary name of a submission or of a student → time.

    Raises:
        CourseError: The file cannot be read, lacks a column, or contains a name twice.
    """
    columns, rows = _table(path, "list of times")
    keys = [name for name in ("submission", "student") if name in columns]
    if not keys or "received" not in columns:
        raise CourseError(
            f"The list of times {path} needs a column called received, and one called submission or student."
        )
    times = {}
    for number, row in rows:
        name = next((shown(row[key], 200) for key in keys if row[key]), "")
        if not name or not row["received"]:
            continue
        if name in times:
            raise CourseError(f"The list of times {path} has {name} twice (line {number}): remove one line.")
        times[name] = read_time(row["received"], zone)
    return times


def _table(path, what):
    """Return the names of the columns in lower case, and the rows as pairs (line number, dict of cells)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        rows = csv.DictReader(io.StringIO(text), delimiter=separator)
        columns = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
        cells = [{key: (row.get(name) or "").strip() for key, name in columns.items()} for row in rows]
    except (OSError, UnicodeError, csv.Error) as error:
        raise CourseError(f"The {what} {path} cannot be read as UTF-8 text ({error}).") from None
    return list(columns), list(enumerate(cells, 2))
