"""Several machines grade one class: the options `--shard`, `--merge` and `--seed-file`, and `course seed`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from course.cli.screen import screen
from course.errors import CourseError
from course.words import several

_OF_SHARDS = ("--unit", "--exercise")  # a merge takes these from the shards


def register(app):
    """Add the command to the application."""
    app.command(rich_help_panel="For instructors")(seed)


def seed(path: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; keep it from students.")]):
    """Draw the secret seed of a class, for machines that grade it together.

    [cyan]course seed class.seed[/]
    [cyan]course grade handed_in --out shards/1 --shard 1/8 --seed-file class.seed[/]
    """
    from course.grading.batch import seeds

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CourseError(f"{path} exists already: a class keeps its seed.") from None
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{seeds.draw()}\n")
    screen().print(f"{escape(str(path))} holds the seed of a class. No student may read it.", soft_wrap=True)


def read_seed(text, path):
    """Return the number of --seed or --seed-file, or None. It may have many digits, because it is a secret."""
    from course.grading.batch.seeds import BITS

    if text is not None and path is not None:
        raise CourseError("Give either --seed or --seed-file.")
    name = f"--seed {text}"
    if path is not None:
        name = f"--seed-file {path}"
        try:
            text = path.read_text(encoding="ascii", errors="replace")[:80].strip()
        except FileNotFoundError:
            raise CourseError(
                f"There is no seed file {path}: draw the seed of the class once with `course seed {path}`, "
                "and give the same file to every shard."
            ) from None
        except OSError as error:
            raise CourseError(f"{name} cannot be read: {error.strerror}.") from None
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 40 or int(text) >= 1 << BITS:
        raise CourseError(f"{name}: it is a whole number from 0 to 2^{BITS} - 1.")
    return int(text)


def read_shard(text, seed, out):
    """Return the `Shard` of --shard, or None; a shard needs the seed of the class."""
    from course.grading.batch import shards
    from course.grading.batch.gradebook import Gradebook
    from course.grading.batch.joining import FILE

    if text is None:
        return None
    shard = shards.read_shard(text)
    stored = None
    if seed is None and (out / FILE).is_file():
        with Gradebook(out / FILE) as gradebook:
            stored = gradebook.stored("seed")
    if seed is None and stored is None:
        raise CourseError(
            "A shard needs the seed of the class, which all shards share: draw it once with `course seed class.seed`, "
            "and add --seed-file class.seed to every shard."
        )
    return shard


def read_merge(places, **others):
    """Return the `Joined` of --merge, or None; `others` are options that a merge takes from the shards."""
    from course.grading.batch import joining

    if not places:
        return None
    given = [name.replace("_", "-") for name, value in others.items() if value]
    if given:
        raise CourseError(
            f"--merge grades nothing and takes its results from the shards: leave out --{given[0]}."
        )
    return joining.read(places)


def shard_text(batch, tasks, graded, left, out, given):
    """Return the lines about a shard that has been graded; `given` maps options to what the user gave or None."""
    from course.grading.batch.shards import shard_of

    shard = batch.settings.shard
    everybody = {one.student for one in batch.submissions}
    own = [name for name in everybody if shard_of(name, shard.count) == shard.number]
    files = sum(len(task.jobs) for task in tasks)
    again = [name for name, value in given.items() if value and name not in _OF_SHARDS]
    lines = [
        f"Shard {shard}: {len(own)} of {several(len(everybody), 'student')}, {several(graded, 'submission')} with "
        f"{several(files, 'file')} graded in {batch.seconds:.0f} s. The results are in {out}.",
        "When all shards are graded: course grade SUBMISSIONS --out GRADES --merge FOLDER_OF_SHARDS"
        + (f", with {', '.join(again)} as here" if again else ""),
    ]
    if left:
        lines.append(f"{several(left, 'file')} not judged: run the same command again.")
    return lines
