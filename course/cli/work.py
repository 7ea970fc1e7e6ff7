"""The student's commands `course start` and `course check`.

They read files and start a child process; Keras is imported only there.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import backend as backends
from course import catalog as catalogs
from course import paths
from course.cli import progress
from course.cli.progress import name_work
from course.cli.screen import error_console, print_json, screen
from course.errors import CourseError
from course.grading import workspace
from course.words import several

UNCHECKED = 4  # exit status: everything that is checked here is right, but some points are not checked here

_What = Annotated[
    list[str],
    typer.Argument(metavar="UNIT|EXERCISE", help="One or several, as in u02, 2, u02/ex01 or 2.1."),
]
Seed = Annotated[
    int | None,
    typer.Option(min=0, max=2**32 - 1, help="Seed of the inputs, 0 without it. Recorded inputs have none."),
]


def register(app):
    """Add the commands to the application."""
    for command in (start, check):
        app.command()(command)


def start(
    what: _What,
    here: Annotated[
        bool,
        typer.Option("--here", help="Use work/ in the current folder, even if there is another one above."),
    ] = False,
):
    """Copy exercises to work/: for each exercise a file to complete and its task.

    [cyan]course start u02[/]         all of unit 2
    [cyan]course start u02/ex01[/]    one exercise
    [cyan]course start 2.1 3.4[/]     several

    Existing files are never changed. Delete a file to start again with a new one.

    The folder is the nearest work/ with exercises in the current folder or above it, or the one in COURSE_HOME; only
    where there is none, a new one is made. COURSE_WORK names another folder.
    """
    console = screen()
    exercises = catalogs.load().exercises_of(*what)
    if here:
        workspace.make_here()
    name_work(console)
    for exercise in exercises:
        for path, new in workspace.start(exercise):
            word = "[green]new [/]" if new else "[yellow]kept[/]"
            console.print(f"{word}  {escape(workspace.shown(path))}", soft_wrap=True)
    first = exercises[0]
    console.print(
        f"\nRead [cyan]{escape(workspace.shown(workspace.answer(first).with_suffix('.md')))}[/], complete the "
        f"file next to it, then [cyan]course check {first.name}[/].",
        soft_wrap=True,
    )


def check(
    what: _What,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Check this file; it counts as progress.")
    ] = None,
    seed: Seed = None,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")] = None,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds for one exercise.")] = 60.0,
    everything: Annotated[
        bool, typer.Option("--all", help="Say why each part failed, not only the first one.")
    ] = False,
    unchecked_ok: Annotated[bool, typer.Option("--unchecked-ok", help="Exit status 0 instead of 4.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Check your answers: the points of every part, and why the first failed part failed.

    [cyan]course check u02/ex01[/]                   one exercise
    [cyan]course check u02[/]                        all that you have started in unit 2
    [cyan]course check 2.1 3.4[/]                    two exercises
    [cyan]course check u02/ex01 --backend torch[/]   the same answer on PyTorch
    [cyan]course check u02/ex01 --seed 7[/]          with other inputs

    Your file runs in a separate process.

    Exit status: 0 all points, 1 some points are missing, 2 it could not be checked, 4 everything that is checked here
    is right, but some parts are checked by your instructor only (in the student edition).
    """
    exercises = catalogs.load().exercises_of(*what)
    if file is not None and len(exercises) != 1:
        raise CourseError(
            f"--file works for one exercise only: name it, as in `course check {exercises[0].name}`."
        )
    if file is not None and not file.is_file():
        raise CourseError(
            f"{file} is a folder, not a file." if file.is_dir() else f"There is no file {file}."
        )
    files = [(exercises[0], file)] if file is not None else started(exercises)
    choice = backends.choose(backend)
    console = screen()
    if not as_json:
        name_work(console)
    seed = seed_of(exercises, seed, quiet=as_json)
    reports = []
    for report in _reports(files, choice.name, seed, timeout):
        reports.append(report)
        if not as_json:
            from course.grading.screen import print_report

            print_report(console, report, everything, brief=len(files) > 1)
    progress.record(reports)
    checked = [exercise.name for exercise, _ in files]
    missing = [exercise.name for exercise in exercises if exercise.name not in checked]
    if as_json:
        content = {"backend": choice.name, "seed": seed, "work": str(paths.work()), "not_started": missing}
        content["reports"] = [report.as_dict() for report in reports]
        print_json(content)
    else:
        if file is not None:
            own = workspace.shown(workspace.answer(exercises[0]))
            console.print(
                f"[dim]This counts as progress, but `course submit` hands in the file {escape(own)}.[/]",
                soft_wrap=True,
            )
        _print_summary(console, exercises, reports, missing)
    if not all(report.judged for report in reports):
        raise typer.Exit(2)
    if missing or not all(report.complete for report in reports):
        raise typer.Exit(1)
    if not unchecked_ok and any(report.unchecked for report in reports):
        raise typer.Exit(UNCHECKED)


def seed_of(exercises, seed, quiet=False):
    """Return the seed of the inputs, None where they are recorded; say so if the user gave one there."""
    if not all(exercise.recorded for exercise in exercises):
        return seed or 0
    if seed is not None and not quiet:
        error_console().print(
            f"--seed {seed} has no effect: the student edition checks with recorded inputs, always the same.",
            style="yellow",
            soft_wrap=True,
        )
    return None


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
        units = list(dict.fromkeys(exercise.unit.name for exercise in exercises))
        message = f"You have not started {' or '.join(units)} yet: `course start {' '.join(units)}`."
        raise CourseError(f"{message} {workspace.looked()}")
    return files


def _reports(files, backend, seed, timeout):
    """Check the files one by one; yield each report as soon as it is finished."""
    from course.grading.runner import check as check_file
    from course.grading.sandbox.jail import best_launcher
    from course.grading.sandbox.workers import Workers
    from course.grading.time_limits import Limits

    status = error_console()
    limits = Limits(part=timeout, exercise=timeout)
    launcher, _, _ = best_launcher()
    with (
        Workers(backend, launcher, limits) as workers,
        status.status(f"Keras starts on {backend} …") as spinner,
    ):
        for exercise, path in files:
            report = check_file(exercise, path, workers, seed or 0)
            spinner.stop()
            yield report
            spinner.update(f"{exercise.name} is done …")
            spinner.start()


def _print_summary(console, exercises, reports, missing):
    from course.grading.screen import not_checked

    if missing:
        console.print(f"\n[dim]Not started: {', '.join(missing)}[/]")
    if len(reports) > 1:
        earned = sum(report.earned for report in reports)
        total = several(sum(e.within_reach + e.unchecked for e in exercises), "point")
        unchecked = sum(report.unchecked for report in reports)
        more = f" {not_checked(unchecked)}" if unchecked else ""
        console.print(f"\n[bold]{earned} of {total}.{more}[/]")
    weak = next((report for report in reports if report.judged and not report.complete), None)
    if weak:
        console.print(f"[dim]For a hint: course hint {weak.exercise}[/]")
