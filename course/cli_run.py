"""`course run`: run experiments, show their numbers, write the page."""

import contextlib
import json
import logging
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from course import catalog as catalogs
from course import cli_strategy, paths
from course.cli_screen import error_console, screen
from course.ctrl_c import ctrl_c
from course.errors import CourseError

_WIDE = 110  # columns of a terminal from which on every name has a column of its own
_COLOURS = {"ok": "green", "ran": "cyan", "off": "yellow", "error": "red"}


def register(app):
    """Add the command to the application."""
    app.command("run")(run)


def run(
    what: Annotated[str, typer.Argument(metavar="UNIT|UNIT/EXPERIMENT|all", help="What to run.")],
    full: Annotated[bool, typer.Option("--full", help="The real data and the long training.")] = False,
    data: Annotated[str | None, typer.Option(metavar="NAME", help="Another data set than its own.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of every random draw.")] = 0,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write here, not to runs/<id>.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    backend: Annotated[str | None, typer.Option(metavar="NAME", help="jax, tensorflow or torch.")] = None,
    strategy: Annotated[str | None, typer.Option(metavar="NAME", help="auto, data_parallel or none.")] = None,
    devices: Annotated[int | None, typer.Option(metavar="N", min=1, help="Train on so many devices.")] = None,
):
    """Run experiments and write a page with their numbers and pictures.

    [cyan]course run all[/]                             every experiment, quick mode
    [cyan]course run u02[/]                             those of unit 2
    [cyan]course run u02/softmax_regression[/]          one
    [cyan]course run u02/softmax_regression --full[/]   on real data
    [cyan]course run u02 --backend torch --seed 3[/]    on PyTorch, another seed
    [cyan]course run u02 --devices 2[/]                 each batch divided between two devices

    Exit code: 0 if every number is in its expected band, 1 if one is not
    or an experiment failed, 2 for a request that makes no sense, 130 after
    Ctrl-C; what is finished by then is kept.
    """
    chosen, skipped = select(catalogs.load(), what, data)
    if (count := cli_strategy.processes(backend, strategy, devices)) > 1:
        words = [
            "run",
            what,
            "--seed",
            str(seed),
            *(["--full"] if full else []),
            *(["--json"] if as_json else []),
        ]
        for option, value in (("data", data), ("out", out), ("backend", backend), ("strategy", strategy)):
            words += [f"--{option}", str(value)] if value is not None else []
        raise typer.Exit(cli_strategy.start_again([*words, "--devices", str(count)], count))
    console = error_console() if as_json else screen()
    with console.status("Starting Keras …") if console.is_terminal else contextlib.nullcontext():
        choice, distribution = cli_strategy.start(backend, strategy, devices)
        from course import report as reports
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
    )
    console.print(f"Backend [bold]{choice.name}[/]: {escape(choice.why)}.", soft_wrap=True)
    if distribution is not None:
        console.print(f"Devices: {escape(report.strategy)}.", soft_wrap=True)
    for line in skipped:
        console.print(f"[dim]Not run: {escape(line)}[/]", soft_wrap=True)
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        _run_all(chosen, report, console, full=full, data=data, seed=seed, out=folder, strategy=distribution)
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


def select(catalog, what, data=None):
    """Return the experiments that a request means, and a line for each that `--data` leaves out.

    Raises:
        CourseError: The request means no experiment, or none of them takes that data set.
    """
    if what.strip().lower() == "all":
        chosen = catalog.experiments
    else:
        found = catalog.find(what)
        if isinstance(found, catalogs.Exercise):
            raise CourseError(f"{found.name} is an exercise: `course check {found.name}` checks your answer.")
        chosen = found.experiments if isinstance(found, catalogs.Unit) else [found]
    if not chosen:
        raise CourseError(f"{what} has no experiments.")
    if data is None:
        return list(chosen), []
    takes = [experiment for experiment in chosen if data in experiment.accepts]
    if not takes:
        accepted = sorted({name for experiment in chosen for name in experiment.accepts})
        known = f"it takes {', '.join(accepted)}" if accepted else "it makes its own numbers"
        raise CourseError(f"{what} does not take --data {data}; {known}.")
    others = [experiment for experiment in chosen if experiment not in takes]
    return takes, [f"{experiment.name} does not take --data {data}" for experiment in others]


def summary_table(report, width):
    """Return the table of all numbers, in a form that fits into so many columns."""
    from course.report import band, number

    wide = width >= _WIDE
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in (
        ("unit", "experiment", "data", "backend", "metric") if wide else ("experiment, metric", "data")
    ):
        table.add_column(column, overflow="fold", no_wrap=column in ("unit", "backend"))
    for column in ("value", "expected band", "seconds"):
        table.add_column(column, justify="right", no_wrap=True)
    for result in report.results:
        colour, data = _COLOURS[result.status], ", ".join(result.data_names) or "own"
        seconds = f"{result.seconds:.1f}"
        values = {}
        for metric, value in result.metrics.items():
            text = f"[bold red]{number(value)}[/]" if result.is_off(metric) else number(value)
            values[metric] = (text, band(result, metric))
        values = values or {f"[{colour}]{result.status}[/]": ("", "")}
        if wide:
            start = (result.unit, f"[{colour}]{result.experiment}[/]", data, result.backend)
            for metric, cells in values.items():
                table.add_row(*start, metric, *cells, seconds)
                start, seconds = ("", "", "", ""), ""
        else:
            table.add_row(f"[{colour}]{result.name}[/]", data, "", "", seconds)
            for metric, cells in values.items():
                table.add_row(f"  {metric}", "", *cells, "")
    return table


def _silent(experiment, full, data, seed, strategy):
    from course.experiments import run_experiment

    return run_experiment(experiment, full, data, seed, strategy=strategy).failed


def _run_all(chosen, report, console, full, data, seed, out, strategy):
    from course.experiments import run_experiment

    # What the data layer warns of is in the result as a note; on the screen it would cut through the progress.
    logging.getLogger("course.data").addHandler(logging.NullHandler())
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with progress, ctrl_c() as pressed:
        task = progress.add_task("", total=len(chosen))
        try:
            for i, experiment in enumerate(chosen, 1):
                progress.update(task, description=f"[cyan]{experiment.name}[/]")
                result = run_experiment(experiment, full, data, seed, out, strategy=strategy)
                report.results.append(result)
                _tell(progress.console, result, f"{i}/{len(chosen)}")
                progress.advance(task)
                if pressed:
                    raise KeyboardInterrupt  # again: the first one was dropped
        except KeyboardInterrupt:
            report.interrupted = True
            progress.console.print(f"[yellow]Interrupted in {experiment.name}.[/]")


def _tell(console, result, position):
    from course import report as reports

    colour = _COLOURS[result.status]
    console.print(
        f"[dim]{position}[/] [{colour}]{result.status:<5}[/] [bold]{result.name}[/]  {escape(result.title)}  "
        f"[dim]{result.seconds:.1f} s[/]",
        soft_wrap=True,
    )
    console.print(f"      [dim]data: {escape(reports.data(result))}[/]", soft_wrap=True)
    for line in (note for entry in result.data for note in entry["notes"]):
        console.print(f"      [yellow]{escape(line)}[/]", soft_wrap=True)
    for line in result.logs:
        for part in line.splitlines():
            console.print(f"      {escape(part)}", soft_wrap=True)
    for table in result.tables:
        _tell_table(console, table)
    for line in result.warnings:
        console.print(f"      [yellow]{escape(line)}[/]", soft_wrap=True)
    for line in result.problems:
        console.print(f"      [bold yellow]{escape(line)}[/]", soft_wrap=True)
    if result.error:
        console.print(f"      [bold red]{escape(result.error)}[/]", soft_wrap=True)
        if os.environ.get("COURSE_TRACEBACK"):
            console.print(escape(result.traceback or ""), soft_wrap=True)


def _tell_table(console, table):
    from rich.padding import Padding

    from course.report import number

    if table["title"]:
        console.print(f"      {escape(table['title'])}", soft_wrap=True)
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for i, column in enumerate(table["columns"]):
        numeric = all(isinstance(row[i], int | float) for row in table["rows"])
        shown.add_column(escape(column), justify="right" if numeric else "left")
    for row in table["rows"]:
        shown.add_row(*("" if cell is None else escape(number(cell)) for cell in row))
    console.print(Padding(shown, (0, 0, 0, 6)))


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
