"""The result of a check of one file: parts with points, and a sentence for each part that failed."""

from dataclasses import asdict, dataclass, field

PASSED = "passed"
FAILED = "failed"  # a statement of the check does not hold
ERROR = "error"  # the candidate raised an exception
NOT_DONE = "not done"  # the candidate raised NotImplementedError
ENDED = "ended"  # the candidate's process has ended
TIMEOUT = "timeout"
INSTRUCTOR = "instructor"  # the student edition does not check this part and gives no points for it
TROUBLE = "trouble"  # the grader itself failed: the candidate must not lose points


def recognized(mistake):
    """Return what a student reads about a known mistake, whose sentence may say the rule."""
    return f"This looks like a known mistake. Check this: {mistake.rstrip('.')}."


@dataclass
class PartResult:
    """The result of one part. `unchecked` is the number of points that only the instructor can give.

    `message` is one sentence; `mistake` names the likely mistake; `where` is a line of the candidate's file;
    `inputs`, `got` and `expected` are excerpts to show. `fault` is a message to the author of the check: the check
    itself raised an exception, which it should not do for any answer.
    """

    name: str
    points: int
    earned: int = 0
    status: str = FAILED
    message: str = ""
    mistake: str = ""
    hint: str = ""
    where: str = ""
    inputs: dict = field(default_factory=dict)
    got: str = ""
    expected: str = ""
    fault: str = ""
    seconds: float = 0.0
    unchecked: int = 0


@dataclass
class Report:
    """The result of one file for one exercise. `seed` is None if the inputs are recorded.

    `advisory` is True if the candidate ran without a jail: then the points are only information for the student.
    """

    exercise: str
    title: str
    file: str
    backend: str
    seed: int | None
    parts: list
    advisory: bool = True
    printed: str = ""
    flags: list = field(default_factory=list)  # for the instructor: the forbidden shortcuts in the file
    notes: list = field(default_factory=list)  # for student and instructor: remarks that cost no points
    seconds: float = 0.0

    @property
    def points(self):
        """The points that can be earned."""
        return sum(part.points for part in self.parts)

    @property
    def earned(self):
        """The points that were earned."""
        return sum(part.earned for part in self.parts)

    @property
    def unchecked(self):
        """The points that are not checked here; they are not part of `points` and `earned`."""
        return sum(part.unchecked for part in self.parts)

    @property
    def judged(self):
        """False if the grader itself failed: then the points mean nothing."""
        return all(part.status != TROUBLE for part in self.parts)

    @property
    def complete(self):
        """True if every part has all points that can be given here."""
        return all(part.status in (PASSED, INSTRUCTOR) for part in self.parts)

    def as_dict(self):
        """Return the report as a dict that can be written as JSON."""
        summary = ("points", "earned", "unchecked", "judged")
        return asdict(self) | {name: getattr(self, name) for name in summary}
