"""The instructor's command `course grade`: a folder of submissions in, a gradebook and its exports out."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from course import backend as backends
from course import catalog as catalogs
from course.cli_screen import error_console, screen
from course.errors import CourseError

UNJUDGED = 3  # exit status: the grader's own trouble left something open
_SHOWN = 12  # lines of the audit on the screen


def register(app):
    """Add the command to the application."""
    app.command(rich_help_panel="For instructors")(grade)


def grade(
    submissions: Annotated[Path, typer.Argument(help="Folder with a folder or zip for each student.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Gradebook and exports go here.")],
    backend: Annotated[
        str | None, typer.Option(metavar="NAME", help="jax, tensorflow, torch or all.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at a time; default: one a processor.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the inputs.")] = 0,
    unit: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Only this unit; may be repeated.")
    ] = None,
    exercise: Annotated[
        list[str] | None, typer.Option(metavar="EXERCISE", help="Only this exercise; may be repeated.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Columns: student, and if wanted name and deadline.")
    ] = None,
    deadline: Annotated[str | None, typer.Option(metavar="TIME", help="Like 2026-11-20T23:59.")] = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="RULE=VALUE", help="What counts; see below.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds for one exercise.")] = 60.0,
):
    """Grade a class.

    [cyan]course grade handed_in --out grades --unit u02[/]       a unit, on one backend
    [cyan]course grade handed_in --out grades --backend all[/]    on three, and what differs between them

    SUBMISSIONS holds alice.zip or alice/ for each student; in it u02/ex01_softmax.py or ex01_softmax.py. A number or
    time behind @ is an attempt: alice@2.zip, alice@2026-11-20T18.zip; else the time of the file counts.

    Interrupt it, kill it, run it again: what has been graded stays, and only what is new is graded.

    Rules of --policy, the first value is the default: attempts=best|last, late=keep|penalise:P|refuse,
    unknown=keep|refuse, backends=minimum|mean|best.

    Exit status: 0 everything was judged, 2 it could not begin, 3 the grader had trouble with something (run again).
    """
    from course.grading.batch.exports import write_exports
    from course.grading.batch.grade import Batch, Settings
    from course.grading.batch.gradebook import Gradebook
    from course.grading.batch.policy import read_policy
    from course.grading.batch.roster import read_roster, read_time
    from course.grading.session import Limits

    catalog = catalogs.load()
    launcher, jailed, why = _launcher()
    settings = Settings(
        backends=_backends(backend),
        seed=seed,
        jobs=jobs or os.cpu_count() or 1,
        policy=read_policy(policy or []),
        deadline=read_time(deadline) if deadline else None,
        roster=read_roster(roster) if roster else None,
        launcher=launcher,
        jailed=jailed,
        why=why,
        limits=Limits(part=timeout, exercise=timeout),
    )
    batch = Batch(submissions, catalog, settings, _exercises(catalog, unit or [], exercise or []))
    _folder(out)
    console, status = screen(), error_console()
    if not jailed:
        status.print(f"[yellow]Advisory: no jail holds the submissions.[/] {escape(why)}", soft_wrap=True)
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        tasks = batch.tasks(gradebook)
        graded = _run(batch, gradebook, tasks, status)
        book = batch.book(gradebook)
        gradebook.write_grades(*rows(book))
        index = write_exports(book, out)
    _print(console, book, batch, tasks, graded, index)
    if not book.judged:
        raise typer.Exit(UNJUDGED)


def rows(book):
    """Return the rows of the gradebook's tables `grades` and `audit`."""
    from course.grading.batch.tables import number

    grades = [
        (
            *(student.id, grade.exercise.name, grade.state),
            *(None if grade.score is None else number(grade.score), grade.points, grade.entry),
            " ".join(grade.keys.values()),
        )
        for student in book.students
        for grade in student.grades
    ]
    return grades, [(n.student, n.entry, n.exercise, n.kind, n.text) for n in book.notes]


def _launcher():
    """Return what starts a candidate, whether it jails, and what is missing if it does not."""
    try:
        from course.grading.jail import best_launcher
    except ImportError:
        from course.grading.launcher import plain

        return plain, False, "this course has no jail yet"
    launcher, jailed, why = best_launcher()
    return launcher, bool(jailed), str(why or "")


def _backends(name):
    if name != "all":
        return (backends.choose(name).name,)
    missing = [b for b in backends.BACKENDS if not backends.installed(b)]
    if missing:
        raise CourseError(
            f"--backend all needs {', '.join(missing)}: pip install 'medl-course[{','.join(missing)}]'"
        )
    return backends.BACKENDS


def _exercises(catalog, units, exercises):
    """Return the exercises that the options name, in the order of the course; None without options."""
    found = []
    for text in (*units, *exercises):
        thing = catalog.find(text)
        found += getattr(thing, "exercises", [thing])
        if not hasattr(found[-1] if found else None, "check"):
            raise CourseError(f"{text} is no unit with exercises and no exercise: `course list` shows them.")
    names = {thing.name for thing in found}
    return [exercise for exercise in catalog.exercises if exercise.name in names] or None


def _folder(out):
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"--out {out} cannot be made: {error.strerror}.") from None


def _run(batch, gradebook, tasks, console):
    """Grade with a bar; return how many tasks came to their end."""
    done = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        line = bar.add_task("submissions", total=len(tasks))
        for event in batch.run(gradebook, tasks):
            if event.report is None:
                console.print(
                    f"[magenta]Trouble[/] {escape(event.task.label)} {event.job.exercise.name} on "
                    f"{event.task.backend}: {escape(event.trouble)}",
                    soft_wrap=True,
                )
            if event.last:
                done += 1
                bar.advance(line)
    return done


def _print(console, book, batch, tasks, graded, index):
    from course.grading.batch.tables import number

    jobs = sum(len(task.jobs) for task in tasks)
    several = len(book.settings.backends) > 1
    if tasks:
        speed = f", {60 * graded / batch.seconds:.1f} submissions a minute" if batch.seconds else ""
        of = " (each on each backend counted)" if several else ""
        console.print(f"{graded} submissions{of} with {jobs} files graded in {batch.seconds:.0f} s{speed}.")
    else:
        console.print("Nothing new to grade: every result was there already.")
    totals = [
        student.total / student.points for student in book.students if student.judged and student.points
    ]
    if totals:
        mean = sum(totals) / len(totals) * 100
        console.print(f"{len(book.students)} students, mean {number(mean)} percent of the points.")
    told = [note for note in book.notes if note.kind not in ("mended", "passed over", "attempt", "advisory")]
    for note in told[:_SHOWN]:
        place = " ".join(text for text in (note.entry or note.student, note.exercise) if text)
        console.print(f"  [yellow]{note.kind}[/]  {escape(place)}: {escape(note.text)}", soft_wrap=True)
    if len(told) > _SHOWN:
        console.print(f"  … and {len(told) - _SHOWN} more in audit.csv")
    if not book.judged:
        console.print("[magenta]Not everything was judged: run the same command again.[/]")
    console.print(f"Open [cyan]{escape(str(index))}[/]", soft_wrap=True)
