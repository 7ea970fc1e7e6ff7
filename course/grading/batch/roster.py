"""The list of students, a CSV with a column `student`, and if wanted `name` and `deadline` (an extension)."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from course.errors import CourseError
from course.grading.batch.submission import shown


@dataclass(frozen=True)
class Enrolled:
    """One row of the roster."""

    student: str
    name: str = ""
    deadline: datetime | None = None


def read_roster(path):
    """Return a dictionary student → `Enrolled`, in the order of the file.

    Raises:
        CourseError: The file cannot be read, has no column `student`, or a student twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise CourseError(f"The roster {path} cannot be read as UTF-8 text ({error}).") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    columns = {(name or "").strip().casefold(): name for name in rows.fieldnames or ()}
    if "student" not in columns:
        raise CourseError(f"The roster {path} needs a first line with a column called student.")
    enrolled = {}
    for number, row in enumerate(rows, 2):
        cells = {key: (row.get(name) or "").strip() for key, name in columns.items()}
        student = shown(cells["student"], 100)
        if not student:
            continue
        if student in enrolled:
            raise CourseError(f"The roster {path} has {student} twice (line {number}): take one out.")
        when = cells.get("deadline")
        enrolled[student] = Enrolled(
            student, shown(cells.get("name", ""), 100), read_time(when) if when else None
        )
    return enrolled


def read_time(text):
    """Return a point in time; one without a time zone is meant in this machine's."""
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise CourseError(f"{text!r} is no date and time: write it like 2026-11-20T23:59.") from None
