"""The derived files of an exercise: the stub, and a wrong answer for each mistake. They exist only in memory."""

from dataclasses import dataclass

from course.grading.authoring.markers import read_marked
from course.grading.authoring.mistakes import FILE, apply_mistake, read_mistakes
from course.grading.authoring.stub import derive_stub
from course.grading.errors import AuthoringError


@dataclass(frozen=True)
class Derived:
    """A file that is derived from the solution; it has the methods of a path that the grader needs."""

    name: str
    text: str

    def read_text(self, encoding="utf-8", errors="strict"):
        """Return the text of the file."""
        return self.text

    def read_bytes(self):
        """Return the bytes of the file."""
        return self.text.encode()

    def __str__(self):
        return self.name


def stub(exercise):
    """Return the stub of an exercise.

    Raises:
        AuthoringError: No stub can be derived from the solution; the error names the line.
    """
    return Derived("stub.py", derive_stub(_read(exercise, "solution.py"), exercise.name))


def mistakes(exercise):
    """Return name → `Mistake` of an exercise.

    Raises:
        AuthoringError: A line of `mistakes.diff` has an error.
    """
    return read_mistakes(_read(exercise, FILE), exercise.name)


def wrong(exercise):
    """Return name → the wrong answer of an exercise.

    Raises:
        AuthoringError: A mistake cannot be applied to the solution; the error names the line.
    """
    found, complaints = wrong_or_complaints(exercise)
    if complaints:
        raise complaints[0]
    return found


def wrong_or_complaints(exercise):
    """Return name → wrong answer for each mistake that can be applied to the solution, and the errors of the others."""
    found, complaints = {}, []
    try:
        solution = read_marked(_read(exercise, "solution.py"), exercise.name)
        for name, mistake in mistakes(exercise).items():
            try:
                found[name] = Derived(f"wrong_{name}.py", apply_mistake(mistake, solution))
            except AuthoringError as error:
                complaints.append(error)
    except AuthoringError as error:
        complaints.append(error)
    return found, complaints


def _read(exercise, name):
    try:
        return (exercise.path / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = error.strerror if isinstance(error, OSError) else f"it is not UTF-8 text ({error.reason})"
        raise AuthoringError(exercise.name, name, None, f"it cannot be read: {message}") from None
