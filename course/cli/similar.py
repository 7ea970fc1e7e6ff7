"""The instructor's command `course similar`: pairs of answers that are alike, for a human to look at."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import catalog as catalogs
from course.cli import output
from course.cli.screen import error_console, screen
from course.errors import CourseError
from course.words import several

_SHOWN = 12  # sentences about files that cannot be read


def register(app):
    """Add the command to the application."""
    app.command(rich_help_panel="For instructors")(similar)


def similar(
    submissions: Annotated[Path, typer.Argument(help="The folder that `course grade` reads.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The report goes here.")],
    unit: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Only this unit; may be repeated.")
    ] = None,
    exercise: Annotated[
        list[str] | None, typer.Option(metavar="EXERCISE", help="Only this exercise; may be repeated.")
    ] = None,
    roster: Annotated[Path | None, typer.Option(metavar="CSV", help="As for `course grade`.")] = None,
    student_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="As for `course grade`.")
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Also compare with these submissions of an earlier term."),
    ] = None,
    least: Annotated[
        int,
        typer.Option(min=1, max=100, metavar="PERCENT", help="The least similarity of a pair."),
    ] = 50,
    pairs: Annotated[int, typer.Option(min=1, metavar="N", help="At most N pairs of each exercise.")] = 20,
):
    """Show pairs of answers that are alike.

    [cyan]course similar handed_in --out similar --unit u02[/]
    [cyan]course similar handed_in --out similar --earlier handed_in_2025[/]

    Names, comments and layout do not count, and neither do the stub and what many answers have. The newest answer of
    each student counts. Nothing is run. The report is no verdict: it costs no points, and students do not see it.

    It needs the package copydetect:

    [cyan]pip install -c constraints.txt -e ".\\[similarity]"[/]
    """
    from course.grading.batch.intake import read_submissions
    from course.grading.batch.roster import read_roster
    from course.grading.platforms.people import People
    from course.grading.similarity.pairs import Answer, compare
    from course.grading.similarity.report import write_report

    catalog = catalogs.load()
    output.check_outside(out, submissions)
    people = People(read_roster(roster, key=student_column) if roster else {})
    newest, unread = {}, []
    for folder, past in ((submissions, False), *((folder, True) for folder in earlier or ())):
        read, others = read_submissions(folder, catalog, people=people)
        notes = [*others, *(note for one in read for note in one.notes)]
        unread += [f"{note.entry}: {note.text}" for note in notes if note.kind == "refused"]
        for one in read:  # in the order of time
            for name, file in one.files.items():
                key = (folder if past else None, one.student)
                newest.setdefault(name, {})[key] = Answer(one.student, one.entry, file.data, past)
    named = {x.name for text in (*(unit or ()), *(exercise or ())) for x in catalog.exercises_of(text)}
    wanted = [x for x in catalog.exercises if x.name in newest and (not named or x.name in named)]
    if not wanted:
        raise CourseError(f"{submissions} holds no answer to these exercises.")
    compared = []
    with error_console().status("Comparing …") as spinner:
        for one in wanted:
            spinner.update(f"{one.name} …")
            compared.append(compare(one, list(newest[one.name].values()), least / 100, pairs))
    output.make(out)
    path = write_report(compared, out)
    console = screen()
    found = sum(len(one.pairs) for one in compared)
    answers = sum(one.answers for one in compared)
    console.print(
        f"{several(found, 'pair')} to look at, from {several(answers, 'answer')}. This is no verdict."
    )
    unread = list(dict.fromkeys(unread))  # a group has each of them once for every member
    if unread:
        console.print("Not everything could be compared:")
    for text in unread[:_SHOWN]:
        console.print(f"  [yellow]refused[/]  {escape(text)}", soft_wrap=True)
    if len(unread) > _SHOWN:
        console.print(f"  … and {len(unread) - _SHOWN} more; the audit of `course grade` lists all")
    console.print(f"Open [cyan]{escape(str(path))}[/]", soft_wrap=True)
