"""`course portable`: one training step on every backend."""

from typing import Annotated

import typer
from rich.markup import escape

from course.backend import BACKENDS, installed
from course.cli.screen import print_json, screen
from course.errors import CourseError
from course.testing.portable.compare import compare
from course.testing.portable.run import run


def register(app):
    """Add the command to the application."""
    app.command("portable")(portable)


def portable(
    what: Annotated[str, typer.Argument(metavar="FILE[:NAME]", help="The file, and its model's name.")],
    steps: Annotated[int, typer.Option(min=1, max=1000, help="Training steps.")] = 5,
    backend: Annotated[
        str, typer.Option(metavar="NAMES", help="Backends, with commas; all that are installed.")
    ] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
):
    """Run a model's training step on each backend, and say where the numbers differ.

    [cyan]course portable gan.py[/]             the file's only course.Model
    [cyan]course portable gan.py:make_gan[/]    a class, or a function that returns a compiled model

    The file also has a batch, with NumPy's arrays: batch = x, batch = (x, y)
    or a function batch(). Weights and draws of keras.random are the same on
    each backend. The exit status is 0 if losses, weights and optimizer state
    agree, 1 if they differ or the step fails on a backend.
    """
    path, _, name = what.rpartition(":") if ":" in what and not what.endswith(".py") else (what, "", "")
    chosen = [b for b in BACKENDS if installed(b)] if backend == "all" else backend.split(",")
    for b in chosen:
        if b not in BACKENDS:
            raise CourseError(
                f"There is no backend {b}: write {', '.join(BACKENDS)}, or several with commas."
            )
        if not installed(b):
            raise CourseError(f"{b} is not installed.")
    results = run(path, name, steps, chosen)
    agree, lines = compare(results)
    if as_json:
        print_json({"agree": agree, "lines": lines, "backends": chosen})
    else:
        for line in lines:
            screen().print(("[green]" if agree else "[red]") + escape(line) + "[/]", soft_wrap=True)
    if not agree:
        raise typer.Exit(1)
