"""The output of `course run`: the running experiments, each result, and the table of all."""

import contextlib
import os

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from course.experiments.report import words
from course.experiments.report.words import band, number

_WIDE = 110  # from this terminal width on every name has a column of its own
_COLOURS = {"ok": "green", "ran": "cyan", "off": "yellow", "error": "red"}


class Display:
    """Shows a line for every running experiment, a progress bar, and each result when it is finished.

    A context manager; if the console is no terminal, only the results are shown.
    """

    def __init__(self, console, total):
        self.console, self.total, self.done = console, total, 0
        self._running = {}
        self._lines = Progress(
            SpinnerColumn(), TextColumn("[cyan]{task.description}[/]"), TimeElapsedColumn(), console=console
        )
        self._bar = Progress(
            BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        )
        self._all = self._bar.add_task("", total=total)
        self._live = contextlib.nullcontext()
        if console.is_terminal:
            self._live = Live(Group(self._lines, self._bar), console=console, transient=True)

    def __enter__(self):
        self._live.__enter__()
        return self

    def __exit__(self, *exception):
        return self._live.__exit__(*exception)

    @property
    def running(self):
        """The names of the experiments that are running, in words."""
        return ", ".join(name for name, _ in self._running.values())

    def start(self, name, worker=0):
        """Show that a worker has started an experiment."""
        self._running[worker] = (name, self._lines.add_task(name, total=None))

    def finish(self, result, worker=0, printed=""):
        """Show a worker's result and the output of the experiment, and advance the bar."""
        self._lines.remove_task(self._running.pop(worker)[1])
        self.done += 1
        self._bar.advance(self._all)
        tell(self.console, result, f"{self.done}/{self.total}")
        for line in printed.splitlines():
            self.console.print(f"      [dim]{escape(line)}[/]", soft_wrap=True)


def summary_table(report, width):
    """Return the table of all numbers, in a form that fits into so many columns."""
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


def tell(console, result, position):
    """Show one result: its data, its log, its tables, and its errors."""
    colour = _COLOURS[result.status]
    console.print(
        f"[dim]{position}[/] [{colour}]{result.status:<5}[/] [bold]{result.name}[/]  {escape(result.title)}  "
        f"[dim]{result.seconds:.1f} s[/]",
        soft_wrap=True,
    )
    console.print(f"      [dim]data: {escape(words.data(result))}[/]", soft_wrap=True)
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
    if table["title"]:
        console.print(f"      {escape(table['title'])}", soft_wrap=True)
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for i, column in enumerate(table["columns"]):
        numeric = all(isinstance(row[i], int | float) for row in table["rows"])
        shown.add_column(escape(column), justify="right" if numeric else "left")
    for row in table["rows"]:
        shown.add_row(*("" if cell is None else escape(number(cell)) for cell in row))
    console.print(Padding(shown, (0, 0, 0, 6)))
