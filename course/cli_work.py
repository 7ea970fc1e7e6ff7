"""The student's commands: `course start`, `check`, `hint`, `progress`.

They read files and talk to a child process; Keras is imported there, never here.
"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course import backend as backends
from course import catalog as catalogs
from course.cli_screen import error_console, screen
from course.errors import CourseError
from course.grading import workspace
from course.grading.progress import Progress

_What = Annotated[str, typer.Argument(metavar="UNIT|EXERCISE", help="As in u02, 2, u02/ex01 or 2.1.")]


def register(app):
    """Add the commands to the application."""
    for command in (start, check, hint, progress):
        app.command()(command)


def start(what: _What):
    """Put exercises into work/: a file to complete and its task beside it.

    [cyan]course start u02[/]         all of unit 2
    [cyan]course start u02/ex01[/]    one exercise

    Files that are already there are kept, whatever is in them. Delete one to begin it anew.
    """
    console = screen()
    exercises = exercises_of(what)
    for exercise in exercises:
        for path, new in workspace.start(exercise):
            word = "[green]new [/]" if new else "[yellow]kept[/]"
            console.print(f"{word}  {escape(workspace.shown(path))}", soft_wrap=True)
    first = exercises[0]
    console.print(
        f"\nRead [cyan]{escape(workspace.shown(workspace.answer(first).with_suffix('.md')))}[/], complete the "
        f"file beside it, then [cyan]course check {first.name}[/].",
        soft_wrap=True,
    )


def check(
    what: _What,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Check this file, not the one in work/.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the inputs.")] = 0,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")] = None,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds for one exercise.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Check your answers: points for every part, and what to do about the others.

    [cyan]course check u02/ex01[/]                   one exercise
    [cyan]course check u02[/]                        all that you have started in unit 2
    [cyan]course check u02/ex01 --backend torch[/]   the same answer on PyTorch
    [cyan]course check u02/ex01 --seed 7[/]          with other numbers

    Your file runs in a process of its own. Exit status: 0 all points, 1 not yet, 2 it could not be checked.
    """
    exercises = exercises_of(what)
    if file is not None and len(exercises) != 1:
        raise CourseError(f"--file is for one exercise: say which, as in `course check {exercises[0].name}`.")
    if file is not None and not file.is_file():
        raise CourseError(f"There is no file {file}.")
    files = [(exercises[0], file)] if file is not None else started(exercises)
    choice = backends.choose(backend)
    console = screen()
    reports = []
    for report in _reports(files, choice.name, seed, timeout):
        reports.append(report)
        if not as_json:
            from course.grading.screen import print_report

            print_report(console, report)
    record(reports)
    checked = [exercise.name for exercise, _ in files]
    missing = [exercise.name for exercise in exercises if exercise.name not in checked]
    if as_json:
        content = {"backend": choice.name, "seed": seed, "not_started": missing}
        content["reports"] = [report.as_dict() for report in reports]
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        _print_summary(console, exercises, reports, missing)
    if not all(report.judged for report in reports):
        raise typer.Exit(2)
    if missing or not all(report.complete for report in reports):
        raise typer.Exit(1)


def hint(
    what: Annotated[str, typer.Argument(metavar="EXERCISE", help="As in u02/ex01 or 2.1.")],
    more: Annotated[bool, typer.Option("--more", help="One step further.")] = False,
):
    """Show a hint; --more shows the next one. The solution is not among them.

    [cyan]course hint u02/ex01[/]           what you have seen so far, or the first
    [cyan]course hint u02/ex01 --more[/]    one step further
    """
    exercise, *others = exercises_of(what)
    if others:
        raise CourseError(f"A hint is for one exercise: say which, as in `course hint {exercise.name}`.")
    console, reached = screen(), _progress()
    if more and reached.hints(exercise) == len(exercise.hints):
        console.print("There are no more hints.", style="yellow")
    elif more or reached.hints(exercise) == 0:
        reached.show_hint(exercise)
        reached.save()
    shown, total = reached.hints(exercise), len(exercise.hints)
    for number, text in enumerate(exercise.hints[:shown], 1):
        console.print(f"[bold]{number}/{total}[/]  {escape(text)}")
    if shown < total:
        console.print(f"[dim]One step further: course hint {exercise.name} --more[/]")


def progress(
    what: Annotated[str | None, typer.Argument(metavar="[UNIT]", help="Show its exercises.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Show how far you are: the best result of every exercise that you have checked.

    [cyan]course progress[/]        a bar for every unit, and what is next
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
        names = {
            e.name: {"best": reached.best(e), "points": e.within_reach} for u in units for e in u.exercises
        }
        typer.echo(json.dumps(names, indent=2))
        return
    console = screen()
    for unit in units:
        _print_bar(console, unit, reached)
        if what is not None:
            _print_exercises(console, unit, reached)
    todo = [e for unit in units for e in unit.exercises if (reached.best(e) or 0) < e.within_reach]
    if not todo:
        console.print("Everything is done." if units else "There is no exercise yet.", style="green")
        return
    command = "check" if workspace.answer(todo[0]).exists() else "start"
    console.print(f"\nNext: {escape(todo[0].title)}, [cyan]course {command} {todo[0].name}[/]")


def exercises_of(what):
    """Return the exercises that a person means: one, or all of a unit."""
    found = catalogs.load().find(what)
    exercises = getattr(found, "exercises", None)
    if exercises is None:
        if not hasattr(found, "hints"):
            raise CourseError(f"{found.name} is an experiment: `course run {found.name}` runs it.")
        return [found]
    if not exercises:
        raise CourseError(f"{found.name} has no exercises.")
    return exercises


def started(exercises):
    """Return pairs (exercise, file) for those that have one; if none has, say how to begin."""
    if len(exercises) == 1:
        return [(exercises[0], workspace.find(exercises[0]))]
    files = []
    for exercise in exercises:
        try:
            files.append((exercise, workspace.find(exercise)))
        except CourseError as error:
            if "rename" in str(error):
                error_console().print(escape(str(error)), style="yellow", soft_wrap=True)
    if not files:
        unit = exercises[0].unit
        raise CourseError(f"You have not started {unit.name} yet: `course start {unit.name}`.")
    return files


def _reports(files, backend, seed, timeout):
    """Check the files one by one; yields a report as soon as it is there."""
    from course.grading.jail import best_launcher
    from course.grading.runner import check as check_file
    from course.grading.session import Limits
    from course.grading.workers import Workers

    status = error_console()
    limits = Limits(part=timeout, exercise=timeout)
    launcher, _, _ = best_launcher()
    with (
        Workers(backend, launcher, limits) as workers,
        status.status(f"Keras starts on {backend} …") as spinner,
    ):
        for exercise, path in files:
            report = check_file(exercise, path, workers, seed)
            spinner.stop()
            yield report
            spinner.update(f"{exercise.name} is done …")
            spinner.start()


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


def _print_summary(console, exercises, reports, missing):
    if missing:
        console.print(f"\n[dim]Not started: {', '.join(missing)}[/]")
    if len(reports) > 1:
        earned = sum(report.earned for report in reports)
        console.print(f"\n[bold]{earned} of {sum(e.within_reach for e in exercises)} points.[/]")
    weak = next((report for report in reports if report.judged and not report.complete), None)
    if weak:
        console.print(f"[dim]Stuck? course hint {weak.exercise}[/]")


def _print_bar(console, unit, reached):
    points = sum(e.within_reach for e in unit.exercises)
    earned = sum(reached.best(e) or 0 for e in unit.exercises)
    done = sum(reached.best(e) == e.within_reach for e in unit.exercises)
    filled = 24 * earned // max(points, 1)
    bar = f"[green]{'━' * filled}[/][dim]{'─' * (24 - filled)}[/]"
    console.print(
        f"[bold]{unit.name}[/]  {bar}  {earned:>3} of {points} points, {done} of {len(unit.exercises)} "
        f"exercises  [dim]{escape(unit.title)}[/]"
    )


def _print_exercises(console, unit, reached):
    table = Table(box=None, padding=(0, 2, 0, 4), show_header=False)
    for exercise in unit.exercises:
        best = reached.best(exercise)
        style = "green" if best == exercise.within_reach else "yellow" if best else "dim"
        state = f"{best}/{exercise.within_reach}" if best is not None else f"–/{exercise.within_reach}"
        table.add_row(f"[magenta]{exercise.name}[/]", escape(exercise.title), f"[{style}]{state}[/]")
    console.print(table)
