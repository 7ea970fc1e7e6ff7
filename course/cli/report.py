"""`course report`: the results page, from recorded runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import catalog as catalogs
from course import paths
from course.cli import units
from course.cli.screen import screen


def register(app):
    """Add the command to the application."""
    app.command("report")(report)


def report(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT|all", help="All units without it.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Results of runs with --full.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write to this folder instead of runs/report.")
    ] = None,
):
    """Write one page with the newest recorded numbers of every experiment, a column for each backend.

    [cyan]course report[/]           all units, to runs/report/index.html
    [cyan]course report u02 u03[/]   some units
    [cyan]course report --full[/]    the numbers of runs with --full

    Nothing is run: `course run` records what the page shows.
    """
    from course.experiments.report import results

    chosen = units.named(catalogs.load(), what, "name units, as in `course report {unit}`")
    folder = paths.expanded(out or paths.runs() / "report").resolve()
    page, sentence = results.write(chosen, folder, "full" if full else "quick")
    screen().print(f"{escape(sentence)}\n[cyan]{escape(str(page))}[/]", soft_wrap=True)
