"""Reads the CSV files of the instructor: the students of the class, and the times of submissions.

The roster has the columns of Moodle, Canvas or Gradescope (`platforms/columns.py`), or a column `student` and, if
wanted, `name`. In each of them `deadline` is an extension, and `received` the time of the submission. The list of times
has the columns `submission` (the name of a folder or zip) or `student`, and `received`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from course.errors import CourseError
from course.grading.batch.submission import folded, identity, shown
from course.grading.batch.times import read_time
from course.grading.platforms.columns import PLAIN, Columns
from course.grading.platforms.dates import read_platform_time
from course.grading.platforms.spreadsheet import read_table


@dataclass(frozen=True)
class Enrolled:
    """One row of the roster.

    `student` is the name in our files. `numbers` are all texts that identify the person (address, login, numbers), and
    `platform_number` is the number by which the platform names files: of the user in Canvas, of the participant in
    Moodle. `cells` is the row as it stands in the file, column → cell.
    """

    student: str
    name: str = ""
    deadline: datetime | None = None
    received: datetime | None = None
    numbers: tuple = ()
    platform_number: str = ""
    cells: dict = field(default_factory=dict, repr=False, compare=False)


class Roster(dict):
    """Student → `Enrolled`, in the order of the file.

    Attributes:
        columns: A `Columns`, or None for a roster that was not read from a file.
        points: Column → text in the row "Points Possible" of a Canvas gradebook.
    """

    columns = None
    points = {}


def read_roster(path, zone=None, key=None):
    """Return the `Roster`; `zone` is that of `read_time`.

    Args:
        path: A CSV file.
        zone: The time zone of times without one.
        key: The name of the column that names the students in our files; None for the usual one of the platform.

    Raises:
        CourseError: The file cannot be read, no column names a student, or two lines name the same student.
    """
    table = read_table(path, "roster")
    columns = Columns(table.columns)
    if key is not None and key not in table.columns:
        raise CourseError(f"The roster {path} has no column {key!r}; it has {', '.join(table.columns)}.")
    if key is None and not columns.identifying:
        raise CourseError(
            f"The roster {path} needs a first line with a column called student, or with those of Moodle, "
            f"Canvas or Gradescope; it has {', '.join(table.columns)}."
        )
    enrolled, lines = Roster(), {}
    enrolled.columns = columns
    for number, cells in table.rows:
        if "points possible" in columns.cell(cells, "name").casefold():
            enrolled.points = cells
        if not columns.is_student(cells):
            continue
        text = (cells[key] if key else "") or columns.student(cells) or columns.full_name(cells)
        student = identity(text)
        if not student:
            continue
        _check_new(student, number, lines, path)
        deadline, received = columns.cell(cells, "deadline"), columns.cell(cells, "received")
        enrolled[student] = Enrolled(
            student,
            shown(columns.full_name(cells), 100),
            _deadline(deadline, zone, f"The roster {path}, line {number}") if deadline else None,
            _received(received, columns, zone, f"The roster {path}, line {number}"),
            columns.all(cells, "student", "email", "login", "number", "platform"),
            columns.platform_number(cells),
            cells,
        )
    return enrolled


def read_received(path, zone=None):
    """Return a dictionary name of a submission or of a student → time.

    Raises:
        CourseError: The file cannot be read, lacks a column, or contains a name twice.
    """
    table = read_table(path, "list of times")
    columns = {name.casefold(): name for name in table.columns}
    keys = [columns[name] for name in ("submission", "student") if name in columns]
    if not keys or "received" not in columns:
        raise CourseError(
            f"The list of times {path} needs a column called received, and one called submission or student."
        )
    times = {}
    for number, row in table.rows:
        name = next((shown(row[key], 200) for key in keys if row[key]), "")
        if not name or not row[columns["received"]]:
            continue
        if name in times:
            raise CourseError(f"The list of times {path} has {name} twice (line {number}): remove one line.")
        if when := read_platform_time(row[columns["received"]], zone):
            times[name] = when
    return times


def _check_new(student, number, lines, path):
    before = lines.setdefault(folded(student), (student, number))
    if before[1] == number:
        return
    if before[0] == student:
        raise CourseError(f"The roster {path} has {student} twice (line {number}): remove one line.")
    raise CourseError(
        f"The roster {path} has {before[0]} in line {before[1]} and {student} in line {number}, which differ only in "
        "capitals or in the form of their characters: give the two students different names."
    )


def _deadline(text, zone, where):
    try:
        return read_time(text, zone, end=True)
    except CourseError as error:
        raise CourseError(f"{where}, deadline: {error}") from None


def _received(text, columns, zone, where):
    if columns.platform == PLAIN:
        return read_platform_time(text, zone)
    try:
        return read_platform_time(text, zone)
    except CourseError:
        raise CourseError(
            f"{where}: {text!r} in the column {columns.named('received')!r} is not a time that can be read. Rename the "
            "column, and give the times with --received."
        ) from None
