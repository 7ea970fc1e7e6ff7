"""The folders that a run writes to."""

from course import paths
from course.errors import CourseError


def chosen(path):
    """Make the folder that a user has named and return it.

    Raises:
        CourseError: It is a file, or cannot be made.
    """
    path = paths.expanded(path).resolve()
    if path.exists() and not path.is_dir():
        raise CourseError(f"--out {path} is a file: name a folder.")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"--out {path} cannot be made: {error.strerror}.") from None
    return path


def new(runs, name):
    """Make a new folder for this run, also if two runs start within one second."""
    _folder_of_runs(runs)
    for suffix in ("", *(f"-{i}" for i in range(2, 1000))):
        folder = runs / f"{name}{suffix}"
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise CourseError(f"{runs} already holds a thousand runs of this second.")


def _folder_of_runs(runs):
    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"{runs} cannot be made ({error.strerror}): set COURSE_RUNS to another folder."
        ) from None
