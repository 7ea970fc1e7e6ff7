"""Two more commands for students: `course watch` checks on every save, `course submit` packs answers to hand in."""

from typing import Annotated

import typer
from rich.markup import escape

from course import backend as backends
from course import catalog as catalogs
from course.cli import progress, work
from course.cli.screen import error_console, screen
from course.errors import CourseError
from course.grading import workspace
from course.words import several


def register(app):
    """Add the commands to the application."""
    for command in (watch, submit):
        app.command()(command)


def watch(
    what: Annotated[str, typer.Argument(metavar="UNIT|EXERCISE", help="As in u02, 2, u02/ex01 or 2.1.")],
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")] = None,
    seed: work.Seed = None,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds for one exercise.")] = 60.0,
):
    """Check an answer again whenever you save it, until Ctrl-C.

    [cyan]course watch u02/ex01[/]    one exercise
    [cyan]course watch u02[/]         any file of unit 2 that you save

    Keras is started only once, so a check is fast. With the package watchfiles a save is noticed immediately.
    """
    from course.grading.runner import check
    from course.grading.sandbox.workers import Workers
    from course.grading.screen import print_report
    from course.grading.time_limits import Limits
    from course.grading.workspace.watching import changes

    exercises = {path.resolve(): (exercise, path) for exercise, path in _files(what)}
    seed = work.seed_of([exercise for exercise, _ in exercises.values()], seed)
    choice, console = backends.choose(backend), screen()
    limits = Limits(part=timeout, exercise=timeout)
    try:
        with Workers(choice.name, limits=limits) as workers:
            with error_console().status(f"Keras starts on {choice.name} …"):
                workers.warm(False)
            saved = [next(iter(exercises))]
            stream = changes(exercises)
            while True:
                console.clear()
                progress.name_work(console)
                for path in saved:
                    exercise, shown = exercises[path]
                    report = check(exercise, shown, workers, seed or 0)
                    print_report(console, report)
                    progress.record([report])
                console.print("\n[dim]Waiting until you save a file; Ctrl-C stops this command.[/]")
                saved = next(stream)
    except KeyboardInterrupt:
        console.print("\nNo longer watching.")


def submit(
    student: Annotated[str, typer.Option(metavar="ID", help="Your name or e-mail address in the class.")],
    what: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT", help="Only these units or exercises.")
    ] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Allow missing files.")] = False,
    backend: Annotated[
        str | None, typer.Option(metavar="NAME", help="The backend that you worked with.")
    ] = None,
):
    """Pack your answers into one zip to hand in: work/ID.zip.

    [cyan]course submit u02 --student alice[/]    the answers to unit 2
    [cyan]course submit --student alice[/]        every unit that you have started

    ID is the name under which your instructor knows you, such as alice, alice@uni.edu or "Zoë O'Neill".

    The zip also contains a manifest: your name, the backend, versions, and a hash of every file.
    """
    from course.grading.workspace import submit as packing

    exercises = catalogs.load().exercises_of(*what) if what else _all_started()
    files = packing.collect(exercises, partial)
    about = packing.manifest(student, backends.choose(backend).name, files)
    path = packing.write(about, files)
    console = screen()
    progress.name_work(console)
    console.print(f"[green]{escape(workspace.shown(path))}[/] holds", soft_wrap=True)
    for name, digest in about["files"].items():
        lines = several(files[name].count(b"\n"), "line")
        console.print(f"  {escape(name)}  [dim]{lines}, sha256 {digest[:12]}…[/]", soft_wrap=True)
    console.print(
        f"  manifest.json  [dim]{escape(about['student'])}, {about['backend']}, {about['created']}[/]"
    )
    for exercise in exercises:
        name = f"{exercise.unit.name}/{exercise.id}.py"
        if name not in files:
            console.print(f"[yellow]Not in it:[/] {name}")
        elif files[name] == exercise.stub.read_bytes():
            console.print(f"[yellow]Still the empty stub:[/] {name}")


def _files(what):
    """Return the started files of a unit, the one saved last first; or the file of one exercise."""
    files = work.started(catalogs.load().exercises_of(what))
    return sorted(files, key=lambda pair: -pair[1].stat().st_mtime_ns)


def _all_started():
    content = catalogs.load()
    units = [u for u in content.units if any(workspace.answer(e).exists() for e in u.exercises)]
    if not units:
        message = "There is no answer in work/ yet: `course start` puts exercises there."
        raise CourseError(f"{message} {workspace.looked()}")
    return [exercise for unit in units for exercise in unit.exercises]
