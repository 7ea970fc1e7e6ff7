"""The student's commands `course progress` and `course hint`, and what all commands of students share."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course import catalog as catalogs
from course import paths
from course.cli.screen import error_console, print_json, screen
from course.errors import CourseError
from course.grading import workspace
from course.grading.workspace.progress import Progress
from course.words import several

BAR = 12  # characters: the longest title of a unit fits into 80 columns


def register(app):
    """Add the commands to the application."""
    for command in (hint, progress):
        app.command()(command)


def hint(
    what: Annotated[str, typer.Argument(metavar="EXERCISE", help="As in u02/ex01 or 2.1.")],
    more: Annotated[bool, typer.Option("--more", help="Show the next hint.")] = False,
):
    """Show a hint; --more shows the next one. No hint is the complete solution.

    [cyan]course hint u02/ex01[/]           the hints that you have seen, or the first one
    [cyan]course hint u02/ex01 --more[/]    the next hint
    """
    exercise, *others = catalogs.load().exercises_of(what)
    if others:
        raise CourseError(f"A hint belongs to one exercise: name it, as in `course hint {exercise.name}`.")
    console, reached = screen(), _progress()
    name_work(console)
    if more and reached.hints(exercise) == len(exercise.hints):
        console.print("There are no more hints.", style="yellow")
    elif more or reached.hints(exercise) == 0:
        reached.show_hint(exercise)
        reached.save()
    shown, total = reached.hints(exercise), len(exercise.hints)
    for number, text in enumerate(exercise.hints[:shown], 1):
        console.print(f"[bold]{number}/{total}[/]  {escape(text)}")
    if shown < total:
        console.print(f"[dim]Next hint: course hint {exercise.name} --more[/]")


def progress(
    what: Annotated[str | None, typer.Argument(metavar="UNIT", help="Show its exercises.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Show your progress: the best result of every exercise that you have checked.

    [cyan]course progress[/]        a bar for every unit, and the next exercise
    [cyan]course progress u02[/]    the exercises of unit 2
    """
    content = catalogs.load()
    units = content.units
    if what is not None:
        found = content.find(what)
        units = [getattr(found, "unit", found)]
    units = [unit for unit in units if unit.exercises]
    reached = _progress()
    if as_json:
        print_json(
            {e.name: {"best": reached.best(e), "points": e.within_reach} for u in units for e in u.exercises}
        )
        return
    console = screen()
    name_work(console)
    _print_units(console, units, reached)
    if what is not None and units:
        _print_exercises(console, units[0], reached)
    exercises = [e for unit in units for e in unit.exercises]
    if unchecked := sum(e.unchecked for e in exercises):
        console.print(f"[dim]{several(unchecked, 'more point')} not checked here, but by your instructor.[/]")
    todo = [e for e in exercises if not _is_done(reached, e)]
    if not todo:
        done = "Everything is done." if not unchecked else "Everything that is checked here is done."
        console.print(done if units else "There is no exercise yet.", style="green")
        return
    command = "check" if workspace.answer(todo[0]).exists() else "start"
    console.print(f"\nNext: {escape(todo[0].title)}, [cyan]course {command} {todo[0].name}[/]")


def name_work(console):
    """Say which folder is the student's."""
    new = "" if paths.work().is_dir() else ", which does not exist yet"
    console.print(f"[dim]Work folder: {escape(str(paths.work()))}{new}[/]", soft_wrap=True)


def record(reports):
    """Write into the student's progress what the reports say."""
    reached = _progress()
    for report in reports:
        reached.record(report)
    reached.save()


def _progress():
    reached = Progress()
    if reached.note:
        error_console().print(escape(reached.note), style="yellow", soft_wrap=True)
    return reached


def _print_units(console, units, reached):
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("unit", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("exercises", justify="right", no_wrap=True)
    table.add_column("")
    for unit in units:
        points = sum(e.within_reach for e in unit.exercises)
        earned = sum(reached.best(e) or 0 for e in unit.exercises)
        done = sum(_is_done(reached, e) for e in unit.exercises)
        filled = BAR * earned // max(points, 1)
        bar = f"[green]{'━' * filled}[/][dim]{'─' * (BAR - filled)}[/]"
        table.add_row(
            f"[bold]{unit.name}[/]", bar, f"{earned}/{points}", f"{done}/{len(unit.exercises)}",
            f"[dim]{escape(unit.title)}[/]",
        )  # fmt: skip
    console.print(table)


def _is_done(reached, exercise):
    return reached.best(exercise) is not None and reached.best(exercise) >= exercise.within_reach


def _print_exercises(console, unit, reached):
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for exercise in unit.exercises:
        best = reached.best(exercise)
        style = "green" if _is_done(reached, exercise) else "yellow" if best else "dim"
        state = f"{best}/{exercise.within_reach}" if best is not None else f"–/{exercise.within_reach}"
        table.add_row(f"  [magenta]{exercise.name}[/]", escape(exercise.title), f"[{style}]{state}[/]")
    console.print(table)
