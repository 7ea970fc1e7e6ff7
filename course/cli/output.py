"""The folder of --out, of commands that read a folder of submissions."""

from course.errors import CourseError


def check_outside(out, submissions):
    """Refuse an --out inside the submissions: its files would be read as a student's in the next run.

    Raises:
        CourseError: It is inside.
    """
    out, submissions = out.resolve(), submissions.resolve()
    if out == submissions or submissions in out.parents:
        raise CourseError(f"--out {out} is inside the submissions: choose a folder next to {submissions}.")


def make(out):
    """Make the folder.

    Raises:
        CourseError: It cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"--out {out} cannot be made: {error.strerror}.") from None
