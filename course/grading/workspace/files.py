"""A student's files: `work/u02/ex01_softmax.py` next to its task; made from the stubs and never overwritten."""

import difflib
import os
import tempfile
from pathlib import Path

from course import paths
from course.errors import CourseError


def answer(exercise):
    """Return the path of the file that a student edits for an exercise; the file may not exist yet."""
    return paths.work() / exercise.unit.name / f"{exercise.id}.py"


def start(exercise):
    """Copy the stub and the task of an exercise into the student's folder.

    Returns:
        List of (path, True if the file is new, False if it existed and was kept).
    """
    target = answer(exercise)
    return [
        (path, _write_new(path, source.read_bytes()))
        for source, path in ((exercise.stub, target), (exercise.task, target.with_suffix(".md")))
    ]


def find(exercise):
    """Return the path of a student's file.

    Raises:
        CourseError: The file does not exist; the message says how to get it, or which file is probably meant.
    """
    path = answer(exercise)
    if path.is_file():
        return path
    message = f"There is no {shown(path)}"
    if (misplaced := path.parent.parent / path.name).is_file():
        raise CourseError(f"{message}, but there is {shown(misplaced)}: move it into {exercise.unit.name}.")
    likely = _misnamed(exercise, path)
    if likely:
        raise CourseError(f"{message}, but there is {likely.name}: rename it to {path.name}.")
    raise CourseError(f"{message} yet: `course start {exercise.name}` puts it there. {looked()}")


def looked():
    """Return a sentence that says in which folder answers are searched."""
    folder = paths.work()
    if os.environ.get("COURSE_WORK"):
        return f"The work folder is {folder}, as set by COURSE_WORK."
    if folder.is_dir():
        return f"The work folder is {folder}."
    return (
        f"No folder work with exercises was found in {Path.cwd()} or above it. If there is one elsewhere, go there or "
        f"set COURSE_WORK to it; a new one would be {folder}."
    )


def make_here():
    """Make a work folder in the current folder, even if a parent folder contains another one.

    Raises:
        CourseError: `COURSE_WORK` names another folder, or the folder cannot be made.
    """
    if os.environ.get("COURSE_WORK"):
        raise CourseError(
            f"COURSE_WORK is {paths.work()}, and --here means another folder: unset one of them."
        )
    folder = Path.cwd() / "work"
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CourseError(f"{folder} cannot be made: {error.strerror}.") from None
    if paths.work() != folder.resolve():
        raise CourseError(f"{folder} contains other files than exercises: go to another folder.")


def shown(path):
    """Return a path relative to the current folder if it is inside, else the whole path."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


PART = ".part"  # ends the name of a file that is being written


def write_whole(path, data, mode=0o644):
    """Write a file so that no reader ever sees an incomplete file; a program that is killed may leave a `PART`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(part, mode)  # only the owner can read a file of mkstemp
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _write_new(path, data):
    if os.path.lexists(path):
        if not path.is_file():
            raise CourseError(f"{shown(path)} is not a file: move it away and start again.")
        return False
    try:
        write_whole(path, data)
    except OSError as error:
        raise CourseError(f"{shown(path)} cannot be written: {error.strerror}.") from None
    return True


def _misnamed(exercise, path):
    """Return the file that is probably meant for an exercise, or None."""
    known = {other.id for other in exercise.unit.exercises}
    folders = (path.parent, path.parent.parent)
    files = {
        file.stem.lower(): file
        for folder in folders
        if folder.is_dir()
        for file in sorted(folder.glob("*.[pP][yY]"))
        if file.stem not in known
    }
    close = difflib.get_close_matches(exercise.id, files, n=1, cutoff=0.75)
    if not close and exercise.id.partition("_")[2] in files:  # softmax.py
        close = [exercise.id.partition("_")[2]]
    return files[close[0]] if close else None
