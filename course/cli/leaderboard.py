"""The command `course leaderboard`: every model of the course in one table, from recorded runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from course import catalog as catalogs
from course import paths
from course.cli import units
from course.cli.screen import print_json, screen
from course.errors import CourseError

_RIGHT = ("", "Score", "Parameters", "Seconds")


def register(app):
    """Add the command to the application."""
    app.command("leaderboard")(leaderboard)


def leaderboard(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT", help="Only models of these units.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write to this folder instead of runs/leaderboard.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Compare all models of the course by what runs have recorded.

    [cyan]course run all[/]            record a score of every model
    [cyan]course leaderboard[/]        write the page, the figure and the tables
    [cyan]course leaderboard u10[/]    models of unit 10 only

    Models with the same task and the same data are in one table, the best
    first, with parameters, seconds, backend and seeds. Run an experiment with
    several seeds to get an interval. A model without a recorded run is listed
    with the command that makes one.

    Nothing is trained, and no run is changed. Exit code: 0, or 2 if there is
    no recorded run.
    """
    from course.experiments import folders
    from course.experiments import leaderboard as boards

    catalog = _chosen(catalogs.load(), what or [])
    board = boards.board(catalog, boards.recorded())
    page = boards.write(board, paths.runs() / "leaderboard" if out is None else folders.chosen(out))
    if as_json:
        print_json(board.to_json() | {"page": str(page)}, allow_nan=False)
        return
    console = screen()
    for group in board.groups:
        _print_group(console, group)
    if board.unreadable:
        console.print(f"[yellow]{escape(board.unreadable)}[/]", soft_wrap=True)
    console.print(f"[bold]{escape(board.sentence)}[/]", soft_wrap=True)
    console.print(f"Page: [cyan]{escape(str(page))}[/]", soft_wrap=True)


def _chosen(catalog, words):
    """Return the catalog with only these units, all of them if none is named."""
    chosen = units.named(catalog, words, "say `course leaderboard {unit}`")
    for unit in chosen if words else ():
        if not any(experiment.leaderboard for experiment in unit.experiments):
            raise CourseError(f"{unit.name} has no model on the leaderboard.")
    return catalogs.Catalog(catalog.root, chosen)


def _print_group(console, group):
    from course.experiments.leaderboard import words

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for name in words.COLUMNS:
        table.add_column(name, justify="right" if name in _RIGHT else "left", no_wrap=name in _RIGHT)
    for place, row in enumerate(group.rows, 1):
        table.add_row(*map(escape, words.cells(place, row)))
    console.print(f"\n[bold]{escape(group.title)}[/]  [dim]{escape(words.head(group))}[/]")
    if group.rows:
        console.print(table)
    for missing in group.missing:
        console.print(
            f"[dim]{escape(missing.model)}: {escape(missing.reason)};[/] [cyan]{escape(missing.command)}[/]",
            soft_wrap=True,
        )
