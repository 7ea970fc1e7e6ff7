"""Writes grades as tables that a learning platform imports: its own columns and numbers of persons, one new column.

| export | needs a roster from | is imported by |
| --- | --- | --- |
| `moodle` | a grading worksheet, or a list with addresses or ID numbers | the assignment, or the gradebook |
| `canvas` | the gradebook of the course | the gradebook |
| `gradescope` | the roster or the scores | nothing: Gradescope takes scores only from its autograder |
| `csv` | any | your own spreadsheet: the roster with a column for every exercise |

A student who handed in nothing, or whose score is not final, gets an empty cell: the platform then keeps what it has.
"""

import re
from fractions import Fraction

from course.errors import CourseError
from course.grading.batch.tables import number
from course.grading.platforms.columns import CANVAS, GRADESCOPE, MOODLE, WORKSHEET
from course.grading.platforms.spreadsheet import write_table

MOODLE_EXPORT, CANVAS_EXPORT, GRADESCOPE_EXPORT, CSV_EXPORT = KINDS = (
    "moodle",
    "canvas",
    "gradescope",
    "csv",
)
_ACCEPTED = {
    MOODLE_EXPORT: (
        (WORKSHEET, MOODLE),
        "Moodle: the grading worksheet of the assignment, or a list of participants",
    ),
    CANVAS_EXPORT: ((CANVAS,), "Canvas: the exported gradebook, with the columns ID and Section"),
    GRADESCOPE_EXPORT: (
        (GRADESCOPE,),
        "Gradescope: the roster or the scores, with the columns SID and Email",
    ),
}


def check(kinds, roster):
    """Refuse exports that do not exist or do not fit the roster.

    Raises:
        CourseError: The message says which roster an export needs.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise CourseError(f"--export {kind}: it is one of {', '.join(KINDS)}.")
        columns = getattr(roster, "columns", None)
        if columns is None:
            raise CourseError(
                f"--export {kind} needs --roster: its columns and numbers are those of the export."
            )
        accepted, what = _ACCEPTED.get(kind, ((columns.platform,), ""))
        if columns.platform not in accepted:
            raise CourseError(f"--export {kind} needs a roster from {what}.")


def export(kind, book, title=None):
    """Return the bytes of an export. `title` is the name of the assignment; by default that of the units."""
    roster = book.settings.roster
    title = title or _title(book)
    students = {student.id: student for student in book.students}
    rows = [(one.cells, students[name]) for name, one in roster.items() if name in students]
    if kind == CSV_EXPORT:
        return write_table(_spreadsheet(book, roster.columns.names, rows))
    if kind == CANVAS_EXPORT:
        return _canvas(roster, title, rows)
    if roster.columns.platform == WORKSHEET:
        return write_table(_worksheet(roster.columns, rows))
    if kind == MOODLE_EXPORT:
        return write_table(_person_and_score(roster.columns.names, title, rows))
    return write_table(_scores(roster.columns.names, rows))


def _title(book):
    """Return the name of the assignment: `Unit 2` or `Units 2 and 3`."""
    numbers = list(dict.fromkeys(str(exercise.unit.number) for exercise in book.exercises))
    whole = " and ".join(filter(None, (", ".join(numbers[:-1]), numbers[-1])))
    return f"Unit {whole}" if len(numbers) == 1 else f"Units {whole}"


def _score(student, most=None):
    """Return the total as a text, scaled so that all points are `most`; an empty text if there is no final score."""
    if not student.judged or not (student.entries or student.total):
        return ""
    share = Fraction(1) if most is None else Fraction(most) / student.points
    return number(student.total * share)


def _spreadsheet(book, names, rows):
    exercises = [exercise.name for exercise in book.exercises]
    yield [*names, *exercises, "total", "points", "complete"]
    for cells, student in rows:
        scores = ["" if grade.score is None else number(grade.score) for grade in student.grades]
        complete = "yes" if student.judged else "no"
        yield [*(cells[name] for name in names), *scores, number(student.total), student.points, complete]


def _canvas(roster, title, rows):
    """Canvas finds a person by ID or SIS numbers and an assignment by the number in its column, `Unit 2 (98765)`."""
    names = roster.columns.names
    place = next(i for i, name in enumerate(names) if name.casefold() == "section")
    person = names[: place + 1]
    own = re.compile(rf"{re.escape(title)}(\s+\(\d+\))?", re.IGNORECASE)
    column = next((name for name in names[place + 1 :] if own.fullmatch(name)), title)
    most = _points(roster.points.get(column, ""))
    points = {student.points for _, student in rows}
    possible = number(most) if most is not None else str(max(points, default=0))
    table = [[*person, column], ["    Points Possible", *[""] * (len(person) - 1), possible]]
    table += [[*(cells[name] for name in person), _score(student, most)] for cells, student in rows]
    return write_table(table, mark=names[0] == "Student")  # with a mark it would not know the column LastName


def _worksheet(columns, rows):
    """The grading worksheet of Moodle as it was, with the column Grade filled, in points of the Maximum Grade."""
    grade, maximum = columns.named("grade"), columns.named("maximum")
    yield columns.names
    for cells, student in rows:
        score = _score(student, _points(cells[maximum]) if maximum else None)
        changed = cells | ({grade: score} if score else {})
        yield [changed[name] for name in columns.names]


def _person_and_score(names, title, rows):
    """The columns of a person and the total; the gradebook of Moodle maps them by the names in the first line."""
    person = [name for name in names if name not in ("", title)]
    yield [*person, title]
    for cells, student in rows:
        yield [*(cells[name] for name in person), _score(student)]


def _scores(names, rows):
    """The columns of a person, then `Total Score` and `Max Points` as in Gradescope's own export."""
    person = [name for name in names if name.casefold() not in ("total score", "max points")]
    yield [*person, "Total Score", "Max Points"]
    for cells, student in rows:
        yield [*(cells[name] for name in person), _score(student), student.points]


def _points(text):
    """Return the number of points in a cell, or None; a comma may stand for the point."""
    try:
        points = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None
    return points if points > 0 else None
