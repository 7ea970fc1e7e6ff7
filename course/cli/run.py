"""`course run`: run experiments, show their numbers, write the page."""

import contextlib
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import backend as backends
from course import catalog as catalogs
from course import fast, paths
from course.cli import strategy as strategies
from course.cli.screen import error_console, print_json, screen
from course.errors import CourseError
from course.experiments import folders, follow
from course.experiments import jobs as run_jobs
from course.processes import short_runs


def register(app):
    """Add the command to the application."""
    app.command("run")(run)


def run(
    what: Annotated[list[str], typer.Argument(metavar="UNIT|UNIT/EXPERIMENT|all", help="What to run.")],
    full: Annotated[bool, typer.Option("--full", help="Use the real data and the long training.")] = False,
    data: Annotated[
        str | None, typer.Option(metavar="NAME", help="Use this data set instead of the default.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of every random draw.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write to this folder instead of runs/<id>.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")] = None,
    strategy: Annotated[str | None, typer.Option(metavar="NAME", help="auto, data_parallel or none.")] = None,
    devices: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Train on this number of devices.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Run this number of experiments at the same time.")
    ] = None,
):
    """Run experiments and write a page with their numbers and figures.

    [cyan]course run all[/]                             every experiment, quick mode
    [cyan]course run u02[/]                             those of unit 2
    [cyan]course run u02/softmax_regression u03[/]      one, and those of unit 3
    [cyan]course run u02/softmax_regression --full[/]   on real data
    [cyan]course run u02 --backend torch --seed 3[/]    on PyTorch, another seed
    [cyan]course run u02 --devices 2[/]                 each batch divided between two devices
    [cyan]course run all --jobs 1[/]                    one after the other

    Several experiments run at a time, each in a process of its own: one
    a core, unless memory is short or there is a GPU. The numbers are the
    same, up to the rounding that goes with the number of threads.

    Exit code: 0 if every number is in its expected band, 1 if one is not
    or an experiment failed, 2 for an invalid request, 130 after Ctrl-C;
    finished experiments are kept.
    """
    chosen, skipped = select(catalogs.load(), what, data)
    if (count := strategies.processes(backend, strategy, devices)) > 1:
        words = [
            "run",
            *what,
            "--seed",
            str(seed),
            *(["--full"] if full else []),
            *(["--json"] if as_json else []),
        ]
        for option, value in (("data", data), ("out", out), ("backend", backend), ("strategy", strategy)):
            words += [f"--{option}", str(value)] if value is not None else []
        raise typer.Exit(strategies.start_again([*words, "--devices", str(count)], count))
    several = strategy is not None or devices is not None or strategies.is_one_of_several()
    running = backends.choose(backend).name
    jobs = run_jobs.count(jobs, len(chosen), running, several)
    short = not full and data is None
    compilation = short_runs.configure(os.environ, running) if short else ""
    console = error_console() if as_json else screen()
    with console.status("Starting Keras …") if console.is_terminal else contextlib.nullcontext():
        # Processes start Keras for themselves; this one then need not.
        choice, distribution = (
            strategies.start(backend, strategy, devices) if jobs == 1 else (backends.choose(backend), None)
        )
        from course.experiments import report as reports
        from course.experiments.screen import summary_table
    if distribution is not None and not distribution.is_main:
        # Another process prints and writes; this one computes its part.
        failed = [_silent(run_one, full, data, seed, distribution) for run_one in chosen]
        raise typer.Exit(int(any(failed)))

    started = datetime.now().astimezone()
    name = f"{started:%Y%m%d-%H%M%S}-{choice.name}"
    folder = folders.new(paths.runs(), name) if out is None else folders.chosen(out)
    report = reports.Report(
        id=folder.name,
        backend=choice.name,
        why=choice.why,
        mode="full" if full else "quick",
        seed=seed,
        started=started.isoformat(timespec="seconds"),
        skipped=skipped,
        strategy=distribution.describe() if distribution else "",
        jobs=jobs,
        compilation=compilation,
    )
    console.print(f"Backend [bold]{choice.name}[/]: {escape(choice.why)}.", soft_wrap=True)
    if (why := fast.why_off(choice.name)) is not None:
        console.print(escape(why), soft_wrap=True)
    if compilation:
        console.print(f"Compilation: {escape(compilation)}.", soft_wrap=True)
    if distribution is not None:
        console.print(f"Devices: {escape(report.strategy)}.", soft_wrap=True)
    for line in skipped:
        console.print(f"[dim]Not run: {escape(line)}[/]", soft_wrap=True)
    if jobs > 1:
        console.print(f"{jobs} experiments at a time, each in a process of its own.", soft_wrap=True)
    request = {"full": full, "data": data, "seed": seed, "out": str(folder)}
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        follow.follow(chosen, request, report, console, distribution)
    page = reports.write(report, folder)

    if as_json:
        content = report.to_json() | {"folder": str(folder), "page": str(page)}
        print_json(content, allow_nan=False)
    else:
        if report.results:
            console.print(summary_table(report, console.width))
        colour = {"ok": "green", "error": "red"}.get(report.verdict, "yellow")
        console.print(f"[bold {colour}]{escape(report.sentence)}[/]", soft_wrap=True)
        console.print(f"Page: [cyan]{escape(str(page))}[/]", soft_wrap=True)
    if report.interrupted:
        raise typer.Exit(130)
    if report.failed:
        raise typer.Exit(1)


def select(catalog, words, data=None):
    """Return the experiments that a request means, and a line for each that `--data` leaves out.

    Args:
        catalog: The course's.
        words: Units, experiments, or "all".
        data: The set that is asked for.

    Raises:
        CourseError: A word means no experiment, or none of them takes that data set.
    """
    wanted = [experiment for word in words for experiment in _meant(catalog, word)]
    chosen = [experiment for experiment in catalog.experiments if experiment in wanted]
    if data is None:
        return chosen, []
    takes = [experiment for experiment in chosen if data in experiment.accepts]
    if not takes:
        accepted = sorted({name for experiment in chosen for name in experiment.accepts})
        known = f"it takes {', '.join(accepted)}" if accepted else "it makes its own numbers"
        raise CourseError(f"{' '.join(words)} does not take --data {data}; {known}.")
    others = [experiment for experiment in chosen if experiment not in takes]
    return takes, [f"{experiment.name} does not take --data {data}" for experiment in others]


def _meant(catalog, word):
    if word.strip().lower() == "all":
        return catalog.experiments
    found = catalog.find(word)
    if isinstance(found, catalogs.Exercise):
        raise CourseError(f"{found.name} is an exercise: `course check {found.name}` checks your answer.")
    chosen = found.experiments if isinstance(found, catalogs.Unit) else [found]
    if not chosen:
        raise CourseError(f"{word} has no experiments.")
    return chosen


def _silent(experiment, full, data, seed, strategy):
    from course.experiments import run_experiment

    return run_experiment(experiment, full, data, seed, strategy=strategy).failed
