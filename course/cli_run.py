"""`course run`: run experiments, show their numbers, write the page."""

import contextlib
import gc
import json
import logging
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import backend as backends
from course import catalog as catalogs
from course import cli_strategy, paths, run_jobs
from course.cli_screen import error_console, screen
from course.ctrl_c import ctrl_c
from course.errors import CourseError


def register(app):
    """Add the command to the application."""
    app.command("run")(run)


def run(
    what: Annotated[list[str], typer.Argument(metavar="UNIT|UNIT/EXPERIMENT|all", help="What to run.")],
    full: Annotated[bool, typer.Option("--full", help="The real data and the long training.")] = False,
    data: Annotated[str | None, typer.Option(metavar="NAME", help="Another data set than its own.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of every random draw.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write here, not to runs/<id>.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")] = None,
    strategy: Annotated[str | None, typer.Option(metavar="NAME", help="auto, data_parallel or none.")] = None,
    devices: Annotated[int | None, typer.Option(metavar="N", min=1, help="Train on so many devices.")] = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="So many experiments at a time.")
    ] = None,
):
    """Run experiments and write a page with their numbers and pictures.

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
    or an experiment failed, 2 for a request that makes no sense, 130 after
    Ctrl-C; what is finished by then is kept.
    """
    chosen, skipped = select(catalogs.load(), what, data)
    if (count := cli_strategy.processes(backend, strategy, devices)) > 1:
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
        raise typer.Exit(cli_strategy.start_again([*words, "--devices", str(count)], count))
    several = strategy is not None or devices is not None or cli_strategy.is_one_of_several()
    jobs = run_jobs.count(jobs, len(chosen), backends.choose(backend).name, several)
    console = error_console() if as_json else screen()
    with console.status("Starting Keras …") if console.is_terminal else contextlib.nullcontext():
        # Processes start Keras for themselves; this one then need not.
        choice, distribution = (
            cli_strategy.start(backend, strategy, devices) if jobs == 1 else (backends.choose(backend), None)
        )
        from course import report as reports
        from course.run_screen import summary_table
    if distribution is not None and not distribution.is_main:
        # Another process prints and writes; this one computes its part.
        failed = [_silent(run_one, full, data, seed, distribution) for run_one in chosen]
        raise typer.Exit(int(any(failed)))

    started = datetime.now().astimezone()
    folder = (
        _new_folder(paths.runs(), f"{started:%Y%m%d-%H%M%S}-{choice.name}") if out is None else _folder(out)
    )
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
    )
    console.print(f"Backend [bold]{choice.name}[/]: {escape(choice.why)}.", soft_wrap=True)
    if distribution is not None:
        console.print(f"Devices: {escape(report.strategy)}.", soft_wrap=True)
    for line in skipped:
        console.print(f"[dim]Not run: {escape(line)}[/]", soft_wrap=True)
    if jobs > 1:
        console.print(f"{jobs} experiments at a time, each in a process of its own.", soft_wrap=True)
    request = {"full": full, "data": data, "seed": seed, "out": str(folder)}
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        alone = jobs == 1
        events = _one_by_one(chosen, request, distribution) if alone else _at_a_time(chosen, request, report)
        _follow(events, chosen, report, console)
    page = reports.write(report, folder)

    if as_json:
        content = report.to_json() | {"folder": str(folder), "page": str(page)}
        print(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))
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


def _one_by_one(chosen, request, strategy):
    """Run the experiments in this process and yield what happens."""
    from course.experiments import run_experiment
    from course.run_pool import Event

    gc.freeze()  # what is imported stays: clearing Keras's state after an experiment need not look through it
    # What the data layer warns of is in the result as a note; on the screen it would cut through the progress.
    logging.getLogger("course.data").addHandler(logging.NullHandler())
    for experiment in chosen:
        yield Event(0, experiment)
        yield Event(0, experiment, run_experiment(experiment, strategy=strategy, **request))


def _at_a_time(chosen, request, report):
    """Run the experiments in processes of their own and yield what happens."""
    from course.run_pool import Pool

    ordered = run_jobs.longest_first(chosen, report.backend, report.mode)
    with Pool(
        report.backend, report.jobs, run_jobs.environment(report.backend, report.jobs), **request
    ) as pool:
        yield from pool.run(ordered)


def _follow(events, chosen, report, console):
    """Show what happens and put the results into the report, in the order of the catalogue."""
    from course.run_screen import Display

    began, results, event = time.perf_counter(), {}, None
    with Display(console, len(chosen)) as display, ctrl_c() as pressed, contextlib.closing(events):
        try:
            for event in events:
                if event.result is None:
                    display.start(event.experiment.name, event.worker)
                    continue
                results[event.experiment.name] = event.result
                display.finish(event.result, event.worker, event.printed)
                if pressed:
                    raise KeyboardInterrupt  # again: the first one was dropped
        except KeyboardInterrupt:
            report.interrupted = True
            where = display.running or (event.experiment.name if event else "the start")
            display.console.print(f"[yellow]Interrupted in {where}.[/]")
    report.results += [results[experiment.name] for experiment in chosen if experiment.name in results]
    if report.jobs > 1:
        report.elapsed = time.perf_counter() - began


def _folder(path):
    path = path.expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise CourseError(f"--out {path} is a file: name a folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"--out {path} cannot be made: {error.strerror}.") from None
    return path


def _new_folder(runs, name):
    """Make a folder that is this run's alone, also when two start within one second."""
    _folder_of_runs(runs)
    for suffix in ("", *(f"-{i}" for i in range(2, 1000))):
        folder = runs / f"{name}{suffix}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise CourseError(f"{runs} already holds a thousand runs of this second.")


def _folder_of_runs(runs):
    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"{runs} cannot be made ({error.strerror}): set COURSE_RUNS to another folder."
        ) from None
