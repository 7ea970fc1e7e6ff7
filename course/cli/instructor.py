"""The instructor's commands: `course certify` and `course release`. They need solutions and checks."""

import random
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course import backend as backends
from course import catalog as catalogs
from course.cli import autograder
from course.cli.screen import error_console, print_json, screen
from course.errors import CourseError

_Backend = Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def register(app):
    """Add the commands to the application."""
    for command in (certify, release):
        app.command(rich_help_panel="For instructors")(command)


def certify(
    what: Annotated[str, typer.Argument(metavar="UNIT|EXERCISE|all", help="As in u02 or 2.1.")] = "all",
    backend: _Backend = None,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only N exercises, chosen by the seed.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of inputs and sample.")] = 0,
    seeds: Annotated[
        int, typer.Option(min=1, metavar="N", help="Check solution and mistakes with N seeds.")
    ] = 1,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds for one file.")] = 60.0,
    as_json: _Json = False,
):
    """Test exercises: the solution gets all points, the stub none, and every known mistake loses points.

    [cyan]course certify[/]                         all, on one backend
    [cyan]course certify u02 --backend torch[/]     one unit on PyTorch
    [cyan]course certify 3.5 --seeds 5[/]           one exercise with five seeds: a class gets a seed of its own
    [cyan]course certify --sample 5 --seed 3[/]     five exercises, the same ones every time

    Files run as `course grade` runs them: in the jail, where there is one.

    Exit status: 0 all certified, 1 not.
    """
    from course.grading.authoring.certify import certify as certify_one
    from course.grading.sandbox.jail import best_launcher
    from course.grading.sandbox.workers import Workers
    from course.grading.time_limits import Limits
    from course.release.edition import refuse_editions

    refuse_editions()
    exercises = choose(_exercises(what), sample, seed)
    choice = backends.choose(backend)
    launcher, jailed, why = best_launcher()
    status, certificates = error_console(), []
    if not jailed:
        status.print(f"[yellow]Certified without a jail.[/] {escape(why)}", soft_wrap=True)
    limits = Limits(part=timeout, exercise=timeout)
    with Workers(choice.name, launcher, limits) as workers, status.status("Keras starts …") as spinner:
        for exercise in exercises:
            spinner.update(f"{exercise.name} …")
            certificates.append(certify_one(exercise, workers, seed, seeds))
    killed = sum(certificate.killed for certificate in certificates)
    wrong = sum(len(certificate.lost) for certificate in certificates)
    if as_json:
        content = {"backend": choice.name, "seed": seed, "jailed": jailed}
        content |= {"killed": killed, "wrong": wrong}
        content["certificates"] = [certificate.as_dict() for certificate in certificates]
        print_json(content)
    else:
        _print_certificates(screen(), certificates, choice.name, killed, wrong)
    if not all(certificate.ok for certificate in certificates):
        raise typer.Exit(1)


def release(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder, or the folder of an earlier release.")
    ],
    public_cases: Annotated[
        int | None, typer.Option(min=1, max=20, help="Recorded seeds of every check, 3 without it.")
    ] = None,
    backend: _Backend = None,
    as_json: _Json = False,
    gradescope: Annotated[
        bool, typer.Option("--gradescope", help="Write an autograder for Gradescope instead; DIR is a zip.")
    ] = False,
    unit: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Gradescope: this unit; may be repeated.")
    ] = None,
    exercise: Annotated[
        list[str] | None, typer.Option(metavar="EXERCISE", help="Gradescope: this exercise; may be repeated.")
    ] = None,
    seed_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Gradescope: the seed, made by `course seed`.")
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="RULE=VALUE", help="Gradescope: as for `course grade`.")
    ] = None,
    feedback: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="Gradescope: none, points, hints (the default) or full."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=1.0, help="Gradescope: seconds for one exercise; default: 60.")
    ] = None,
):
    """Make the student edition: the whole course without solutions, mistakes and checks.

    [cyan]course release ../edition[/]    make it, search it for solutions, and test it

    Recorded inputs and expected outputs replace the checks. You grade what cannot be recorded.

    [cyan]course release autograder.zip --gradescope --unit 2 --backend jax[/]    for an assignment on Gradescope

    This zip contains solutions and checks: give it to nobody else.
    """
    from course.release.edition import release as make

    if gradescope:
        if public_cases or as_json:
            raise CourseError("--public-cases and --json belong to the student edition, not to --gradescope.")
        words = autograder.write(
            folder, backend, unit or [], exercise or [], seed_file, policy or [], feedback, timeout
        )
        screen().print(escape(words), soft_wrap=True)
        return
    if unit or exercise or seed_file or policy or feedback or timeout:
        raise CourseError(
            "--unit, --exercise, --seed-file, --policy, --feedback and --timeout belong to --gradescope: "
            "the student edition has all units."
        )
    choice, status = backends.choose(backend), error_console()
    public_cases = public_cases or 3
    with status.status("Keras starts …") as spinner:
        edition = make(folder, choice.name, public_cases, tell=lambda text: spinner.update(f"{text} …"))
    caught, wrong = edition.caught
    if as_json:
        content = {"folder": str(edition.folder), "points": edition.points, "caught": caught, "wrong": wrong}
        content |= {"public_points": edition.public_points, "cases": public_cases}
        content["deferred"] = {made.exercise: made.deferred for made in edition.checks if made.deferred}
        print_json(content)
        return
    console = screen()
    console.print(f"[green]The student edition is in {escape(str(edition.folder))}.[/]", soft_wrap=True)
    console.print(f"{escape(edition.sentence)} It contains no solutions, and it runs.", soft_wrap=True)
    for made in edition.checks:
        for name, why in made.deferred.items():
            console.print(
                f"[dim]{made.exercise}: to be checked by you: {escape(name)} ({escape(why)})[/]",
                soft_wrap=True,
            )


def choose(exercises, sample, seed):
    """Return `sample` of the exercises in their order; the same ones for the same seed."""
    if sample is None or sample >= len(exercises):
        return list(exercises)
    names = random.Random(seed).sample([exercise.name for exercise in exercises], sample)
    return [exercise for exercise in exercises if exercise.name in names]


def _exercises(what):
    content = catalogs.load()
    exercises = content.exercises if what == "all" else content.exercises_of(what)
    if not exercises:
        raise CourseError("There is no exercise in the course yet.")
    return exercises


def _print_certificates(console, certificates, backend, killed, wrong):
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("exercise", "solution", "stub", "killed", "signatures", "hints", "task", "s", "verdict"):
        table.add_column(column, no_wrap=True, justify="right" if column == "s" else "left")
    for c in certificates:
        table.add_row(
            f"[magenta]{c.exercise}[/]",
            _points(c.earned.get("solution.py"), c.points, wanted=c.points),
            _points(c.earned.get("stub.py"), c.points, wanted=0),
            _coloured(f"{c.killed}/{len(c.lost)}", c.killed == len(c.lost) > 0),
            _coloured("equal" if c.signatures else "differ", c.signatures),
            _coloured(str(c.hints), c.hints > 0),
            _coloured("yes" if c.task else "no", c.task),
            f"{c.seconds:.1f}",
            _coloured("certified" if c.ok else "NOT certified", c.ok),
        )
    console.print(table)
    for certificate in certificates:
        for complaint in certificate.complaints:
            console.print(f"[red]{certificate.exercise}:[/] {escape(complaint)}", soft_wrap=True)
    good = sum(certificate.ok for certificate in certificates)
    rate = f"{100 * killed / wrong:.1f}%" if wrong else "none there"
    console.print(
        f"\n[bold]{good} of {len(certificates)} certified[/] on {backend}; "
        f"kill rate {killed}/{wrong} wrong variants ({rate}).",
        soft_wrap=True,
    )


def _points(earned, points, wanted):
    return _coloured("–" if earned is None else f"{earned}/{points}", earned == wanted)


def _coloured(text, good):
    return f"[{'green' if good else 'red'}]{text}[/]"
