"""The instructor's command `course mark`: points by hand, with a reason, that survive every later grading."""

import difflib
import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import catalog as catalogs
from course.cli.screen import screen
from course.errors import CourseError


def register(app):
    """Add the command to the application."""
    app.command(rich_help_panel="For instructors")(mark)


def mark(
    student: Annotated[str, typer.Argument(help="As in grades.csv.")],
    exercise: Annotated[str, typer.Argument(help="Like u02/ex01.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The DIR of `course grade`.")],
    points: Annotated[str | None, typer.Option(metavar="P", help="The points by hand.")] = None,
    because: Annotated[str, typer.Option(metavar="TEXT", help="The reason; the student reads it.")] = "",
    part: Annotated[
        str, typer.Option(metavar="NAME", help="Only for this part; the page of the student shows its name.")
    ] = "",
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who marks; default: your user name.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove the mark.")] = False,
):
    """Give points by hand.

    [cyan]course mark anna u02/ex01 --out grades --points 4 --because "a right proof"[/]
    [cyan]course mark anna u02/ex01 --out grades --part "is right for large logits" --points 1 --because "a typo"[/]
    [cyan]course mark anna u02/ex01 --out grades --clear[/]

    The mark is kept in the gradebook and replaces the grader's points. Run `course grade` again to write the
    pages and tables; nothing is graded again for it. The audit lists every mark, also those that were
    replaced or removed.
    """
    from course.grading.batch.gradebook import Gradebook
    from course.grading.batch.marks import Mark, current, read_points

    path = out / "gradebook.sqlite"
    if not path.is_file():
        raise CourseError(
            f"There is no gradebook in {out}: run `course grade SUBMISSIONS --out {out}` first."
        )
    if clear == (points is not None):
        raise CourseError("Give either --points P --because TEXT or --clear.")
    if not clear and not because.strip():
        raise CourseError("--because is missing: the student and the audit need a reason.")
    named = catalogs.load().exercises_of(exercise)
    if len(named) != 1:
        raise CourseError(f"{exercise} is a unit: name one exercise, like {named[0].name}.")
    name = named[0].name
    with Gradebook(path) as gradebook:
        held = part in current(gradebook.marks()).get((student, name), {})
        most, parts = (0, {}) if clear and held else _graded(gradebook, student, name)
        if clear and not held:
            raise CourseError(f"{student} has no such mark for {name}.")
        if part and not clear:
            if part not in parts:
                there = ", ".join(parts) or "no graded parts"
                raise CourseError(f"{name} of {student} has no part {part!r}; there are: {there}.")
            most = parts[part]
        given = None if clear else read_points(points, most, f"the part {part!r}" if part else name)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        gradebook.add_mark(Mark(student, name, part, given, because.strip(), by or _user(), when))
    what = "The mark is removed" if clear else f"{student} has {given} of {most} for {part or name}"
    screen().print(
        f"{escape(what)}. Run the same `course grade` command again to write it to the pages.", soft_wrap=True
    )


def _graded(gradebook, student, exercise):
    """Return the points of an exercise that the last run has graded for a student, and part → points."""
    from course.grading.batch.submission import folded

    known = gradebook.graded(student)
    if not known:
        near = difflib.get_close_matches(folded(student), map(folded, gradebook.students()), n=3, cutoff=0.5)
        alike = [name for name in gradebook.students() if folded(name) in near]
        hint = f" Did you mean {' or '.join(alike)}?" if alike else ""
        raise CourseError(f"There is no student {student} in {gradebook.path}.{hint}")
    if exercise not in known:
        raise CourseError(
            f"{exercise} is not graded in {gradebook.path}: it holds {', '.join(sorted(known))}."
        )
    return known[exercise]


def _user():
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without user names
        return "unknown"
