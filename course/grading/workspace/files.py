"""A student's folder: `work/u02/ex01_softmax.py` beside its task; made from the stubs, never overwritten."""

import difflib
import os
import tempfile
from pathlib import Path

from course import paths
from course.errors import CourseError


def answer(exercise):
    """Return the path of the file that a student edits for an exercise; it need not exist yet."""
    return paths.work() / exercise.unit.name / f"{exercise.id}.py"


def start(exercise):
    """Copy the stub and the task of an exercise into the student's folder.

    Returns:
        List of (path, True if it is new, False if it was there and was kept).
    """
    target = answer(exercise)
    return [
        (path, _write_new(path, source.read_bytes()))
        for source, path in ((exercise.stub, target), (exercise.task, target.with_suffix(".md")))
    ]


def find(exercise):
    """Return the path of a student's file.

    Raises:
        CourseError: It is not there; says how to get it, or which file is probably meant.
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
    """Return the sentence that says where answers were looked for."""
    folder = paths.work()
    if os.environ.get("COURSE_WORK"):
        return f"The work folder is {folder}: COURSE_WORK says so."
    if folder.is_dir():
        return f"The work folder is {folder}."
    return (
        f"No folder work with exercises was found in {Path.cwd()} or above it. If there is one elsewhere, go there or "
        f"set COURSE_WORK to it; a new one would be {folder}."
    )


def make_here():
    """Make a work folder in the current folder, although there may be another one above it.

    Raises:
        CourseError: `COURSE_WORK` names another one, or it cannot be made.
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
        raise CourseError(f"{folder} holds something else than exercises: name another place.")


def shown(path):
    """Return a path as short as it can be typed from here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def write_whole(path, data):
    """Write a file so that no reader ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(part, 0o644)  # mkstemp makes files for one's own eyes
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
    """Return the file that was probably meant for an exercise, if there is one."""
    known = {other.id for other in exercise.unit.exercises}
    folders = (path.parent, path.parent.parent)
    there = {
        file.stem.lower(): file
        for folder in folders
        if folder.is_dir()
        for file in sorted(folder.glob("*.[pP][yY]"))
        if file.stem not in known
    }
    close = difflib.get_close_matches(exercise.id, there, n=1, cutoff=0.75)
    if not close and exercise.id.partition("_")[2] in there:  # softmax.py
        close = [exercise.id.partition("_")[2]]
    return there[close[0]] if close else None
