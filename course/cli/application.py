"""The application: `course list`, and the commands of the other modules; an error is shown as one sentence."""

import errno
import inspect
import os
import sys
import traceback
from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding
from rich.segment import Segment, Segments
from rich.table import Table
from typer.core import TyperGroup

from course import catalog as catalogs
from course import paths
from course.cli import (
    author,
    bench,
    doctor,
    grade,
    hand_in,
    instructor,
    leaderboard,
    mark,
    notebooks,
    plain_text,
    portable,
    progress,
    report,
    run,
    shards,
    similar,
    slides,
    work,
)
from course.cli.screen import error_console, print_json, screen
from course.errors import CourseError

_WIDE = 120  # from this terminal width on a title has a column of its own


class _Commands(TyperGroup):
    """Turns a user's mistake into one sentence and exit code 2, an error of the course into a short message and 1."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _join_lines(self)

    def main(self, *args, **kwargs):
        plain_text.arrange(sys.stdout, sys.stderr)
        return super().main(*args, **kwargs)

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except CourseError as error:
            error_console().print(f"[bold red]{escape(str(error))}[/]", soft_wrap=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            error_console().print("[yellow]Interrupted.[/]")
            raise typer.Exit(130) from None
        except Exception as error:
            if _is_typers(error) or getattr(error, "errno", None) == errno.EPIPE:
                raise
            if os.environ.get("COURSE_TRACEBACK"):
                traceback.print_exc()
            elif _needs_a_temporary_folder(error):
                error_console().print(
                    "[bold red]No folder for temporary files can be written to (is the disk full?): "
                    "set TMPDIR to one that can.[/]",
                    soft_wrap=True,
                )
                raise typer.Exit(2) from None
            else:
                text = escape(f"{type(error).__name__}: {error}")
                error_console().print(
                    f"[bold red]This is an error in the course, not in your work.[/] {text}\n"
                    "Set COURSE_TRACEBACK=1 before the command to see where it happened.",
                    soft_wrap=True,
                )
            raise typer.Exit(1) from None


def _join_lines(group):
    """Make each paragraph of a command's help one line, which the terminal divides; lines of examples stay."""
    for command in group.commands.values():
        paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
        command.help = "\n\n".join(
            text if all(line.startswith("[cyan]") for line in text.splitlines()) else text.replace("\n", " ")
            for text in paragraphs
        )
        if hasattr(command, "commands"):
            _join_lines(command)


def _needs_a_temporary_folder(error):
    """Tell whether `tempfile` has found no folder; its exception has no type and no number of its own."""
    return isinstance(error, FileNotFoundError) and "No usable temporary directory" in str(error)


def _is_typers(error):
    return type(error).__module__.partition(".")[0] in ("typer", "click")


app = typer.Typer(
    name="course",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""[bold]Mathematical Engineering of Deep Learning[/bold], on the backend of your choice.

The first commands:

[cyan]course doctor[/]                      is everything installed?
[cyan]course list[/]                        show units, experiments and exercises
[cyan]course run u02/softmax_regression[/]  run an experiment: numbers and figures
[cyan]course start u02[/]                   copy the exercises of unit 2 to work/
[cyan]course check 2.1[/]                   check your answer to exercise 1 of unit 2
[cyan]course submit u02 --student ID[/]     one zip to hand in

Choose a backend with [cyan]--backend[/] or the environment variable [cyan]KERAS_BACKEND[/]: jax, tensorflow, torch.""",
)


@app.command("list")
def list_command(
    what: Annotated[str | None, typer.Argument(metavar="UNIT", help="Show this unit only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Show units, experiments and exercises.

    [cyan]course list[/]        everything
    [cyan]course list u02[/]    one unit; 2 and u02_logistic_softmax mean the same unit
    """
    catalog = catalogs.load()
    units = catalog.units
    if what is not None:
        found = catalog.find(what)
        units = [getattr(found, "unit", found)]
    if as_json:
        print_json([_unit_json(unit) for unit in units])
        return
    console = screen()
    if not units:
        console.print("There is no unit yet.")
    for unit in units:
        _print_unit(console, unit)


def _unit_json(unit):
    return {
        "unit": unit.name,
        "slug": unit.slug,
        "title": unit.title,
        "idea": unit.idea,
        "book": unit.book,
        "experiments": [
            {
                "name": e.name,
                "title": e.title,
                "book": e.book,
                "data": e.data,
                "full": e.full,
                "also": list(e.also),
                "expected": {metric: list(band) for metric, band in e.expected.items()},
                "expected_full": {metric: list(band) for metric, band in e.expected_full.items()},
            }
            for e in unit.experiments
        ],
        "exercises": [
            {
                "name": e.name,
                "title": e.title,
                "book": e.book,
                "points": e.points,
                "minutes": e.minutes,
                "difficulty": e.difficulty,
                "hints": len(e.hints),
            }
            for e in unit.exercises
        ],
    }


def _print_unit(console, unit):
    console.print(f"\n[bold]{unit.name}  {escape(unit.title)}[/]  [dim]{escape(unit.book)}[/]")
    console.print(f"[dim]{escape(unit.idea)}[/]")
    if unit.experiments:
        rows = [
            (e, f"[cyan]{e.name}[/]", e.book, "own numbers" if e.data == "none" else e.data, e.full or "")
            for e in unit.experiments
        ]
        _print_rows(console, ("experiment", "book", "data", "--full"), rows)
    if unit.exercises:
        levels = ("easy", "medium", "hard")
        rows = [
            (e, f"[magenta]{e.name}[/]", e.book, str(e.points), str(e.minutes), levels[e.difficulty - 1])
            for e in unit.exercises
        ]
        _print_rows(console, ("exercise", "book", "points", "minutes", "level"), rows)


def _print_rows(console, columns, rows):
    """Print a table with titles in a column of their own, or where that is too narrow each in a line below its row."""
    wide = console.width >= _WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in (columns[0], "", *columns[1:]) if wide else columns:
        right = column in ("points", "minutes")
        table.add_column(column, no_wrap=column != "", justify="right" if right else "left")
    if wide:
        for item, name, *cells in rows:
            table.add_row(name, escape(item.title), *cells)
        console.print(table)
        return
    for _, *cells in rows:
        table.add_row(*cells)
    lines = console.render_lines(table, pad=False)
    console.print(Segments([*lines[0], Segment.line()]), end="")
    for (item, *_), line in zip(rows, lines[1:], strict=True):
        console.print(Segments([*line, Segment.line()]), end="")
        console.print(Padding(escape(item.title), (0, 0, 0, 4), expand=False))


run.register(app)
leaderboard.register(app)
report.register(app)
portable.register(app)
doctor.register(app)
work.register(app)
progress.register(app)
hand_in.register(app)
instructor.register(app)
author.register(app)
notebooks.register(app)
grade.register(app)
shards.register(app)
mark.register(app)
similar.register(app)
bench.register(app)
slides.register(app)


def main():
    """Run the command line."""
    if os.environ.get("COURSE_HOME"):
        sys.path.insert(0, str(paths.root()))  # the units are those of COURSE_HOME
    app()
