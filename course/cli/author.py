"""The author's commands: `course new exercise` creates an exercise, `course mistake` shows a known mistake."""

import difflib
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course import catalog as catalogs
from course.cli.screen import screen
from course.errors import CourseError
from course.grading import workspace

_new = typer.Typer(no_args_is_help=True, help="Create something new: [cyan]course new exercise u03 TITLE[/].")


def register(app):
    """Add the commands to the application."""
    app.command(rich_help_panel="For instructors")(mistake)
    app.add_typer(_new, name="new", rich_help_panel="For instructors")


def mistake(
    what: Annotated[str, typer.Argument(metavar="EXERCISE", help="As in 3.5.")],
    name: Annotated[str | None, typer.Argument(metavar="MISTAKE", help="Its name in mistakes.diff.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show only what differs from the solution.")] = False,
):
    """Show a known mistake of an exercise: the whole wrong file.

    [cyan]course mistake 3.5[/]                  which mistakes there are
    [cyan]course mistake 3.5 coupled[/]          the file that a student with this mistake would hand in
    [cyan]course mistake 3.5 coupled --diff[/]   the lines that differ from the solution
    """
    from course.grading.authoring import derived
    from course.grading.authoring.markers import read_marked
    from course.grading.authoring.mistakes import apply_mistake
    from course.release.edition import refuse_editions

    refuse_editions()
    exercise = catalogs.load().find(what)
    if not hasattr(exercise, "hints"):
        raise CourseError(f"{exercise.name} is no exercise: `course list` shows them.")
    mistakes = derived.mistakes(exercise)
    if name is None:
        _print_mistakes(mistakes.values())
        return
    if name not in mistakes:
        close = difflib.get_close_matches(name, mistakes, n=3, cutoff=0.6)
        more = (
            f"did you mean {' or '.join(close)}?"
            if close
            else f"`course mistake {what}` shows what there is."
        )
        raise CourseError(f"{exercise.name} has no mistake {name}: {more}")
    solution = read_marked(exercise.solution.read_text(encoding="utf-8"), exercise.name)
    wrong = apply_mistake(mistakes[name], solution)
    if not diff:
        print(wrong, end="")
        return
    print(f"{name}: {mistakes[name].sentence}")
    lines = difflib.unified_diff(
        solution.text.splitlines(True), wrong.splitlines(True), "solution.py", f"wrong_{name}.py"
    )
    print("".join(lines), end="")


@_new.command()
def exercise(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="As in u03.")],
    title: Annotated[str, typer.Argument(metavar="TITLE", help="In quotation marks.")],
):
    """Create an exercise, the last one of a unit, with TODO wherever you have to write.

    [cyan]course new exercise u03 "A step that is too long"[/]

    CONTRIBUTING.md explains the files. `course certify` says what is still missing.
    """
    from course.grading.authoring.new import lay_out
    from course.release.edition import refuse_editions

    refuse_editions()
    catalog = catalogs.load()
    found = catalog.find(unit)
    if not hasattr(found, "exercises"):
        raise CourseError(f"{found.name} is no unit: `course list` shows them.")
    folder = lay_out(found, title)
    console = screen()
    console.print(f"[green]{escape(workspace.shown(folder))}[/] holds", soft_wrap=True)
    for name in catalogs.EXERCISE_FILES:
        console.print(f"  {name}")
    console.print(f"`course certify {found.name}/{folder.name}` says what is still missing.", soft_wrap=True)


def _print_mistakes(mistakes):
    console = screen()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("mistake", no_wrap=True)
    table.add_column("what the student reads")
    for mistake in mistakes:
        table.add_row(f"[magenta]{mistake.name}[/]", escape(mistake.sentence))
    console.print(table if table.rows else "mistakes.diff holds no mistake yet.")
