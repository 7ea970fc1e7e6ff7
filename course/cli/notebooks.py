"""`course notebooks build`: lessons and exercises as Jupyter notebooks."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course import catalog as catalogs
from course import paths
from course.cli import units
from course.cli.screen import screen
from course.words import several

group = typer.Typer(help="Lessons and exercises as Jupyter notebooks.", no_args_is_help=True)


def register(app):
    """Add the group of commands to the application."""
    app.add_typer(group, name="notebooks")


@group.callback()
def _group():
    """Keep `build` a command of the group, although it is the only one."""


@group.command()
def build(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="UNIT|all", help="All units without it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write to this folder instead of runs/notebooks.")
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The Git repository that Colab and Kaggle install.")
    ] = "",
):
    """Write each unit's lesson and each of its exercises as a notebook.

    [cyan]course notebooks build[/]                    all units, to runs/notebooks
    [cyan]course notebooks build u02 --out shared[/]   one unit, to another folder

    The first cell installs the course on Colab and Kaggle and does nothing elsewhere. A notebook of an exercise has its
    task, the functions to complete, and a cell that checks them. The same content gives the same bytes.
    """
    from course.notebooks import build as builder

    advice = "notebooks are built by the unit, `course notebooks build {unit}`"
    chosen = units.named(catalogs.load(), what, advice)
    builder.require()
    folder = paths.expanded(out or paths.runs() / "notebooks").resolve()
    written = builder.write(chosen, folder, source)
    screen().print(
        f"{several(len(written), 'notebook')} of {several(len(chosen), 'unit')}: [cyan]{escape(str(folder))}[/]",
        soft_wrap=True,
    )
    if not source:
        screen().print(
            "[dim]On Colab and Kaggle students have to write the address of the course's Git repository into the first "
            "cell: with --source ADDRESS it is there.[/]"
        )
