"""What a check found out about one file: parts with points, and a sentence for each that failed."""

from dataclasses import asdict, dataclass, field

PASSED = "passed"
FAILED = "failed"  # a statement of the check does not hold
ERROR = "error"  # the candidate raised
NOT_DONE = "not done"  # the candidate raised NotImplementedError
ENDED = "ended"  # the candidate's process is gone
TIMEOUT = "timeout"
INSTRUCTOR = "instructor"  # the student edition does not check this part, and gives no points for it
TROUBLE = "trouble"  # the grader could not judge: nobody's zero


@dataclass
class PartResult:
    """One part: what it was worth and what it got. `unchecked` are points that only the instructor can give.

    `message` is one sentence; `mistake` names the likely mistake; `where` is a line of the candidate's file;
    `inputs`, `got` and `expected` are excerpts to show. `fault` tells the author of the check that it raised an
    exception of its own, which a check should not do, whatever a candidate returns.
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
    """One file against one exercise. `seed` is None where the inputs are recorded ones.

    `advisory` is True while no jail held the candidate: then the points are for the student's own eyes.
    """

    exercise: str
    title: str
    file: str
    backend: str
    seed: int | None
    parts: list
    advisory: bool = True
    printed: str = ""
    flags: list = field(default_factory=list)  # for the instructor: forbidden shortcuts that were seen
    notes: list = field(default_factory=list)  # for both: what costs no points and should be known
    seconds: float = 0.0

    @property
    def points(self):
        """What there was to earn."""
        return sum(part.points for part in self.parts)

    @property
    def earned(self):
        """What was earned."""
        return sum(part.earned for part in self.parts)

    @property
    def unchecked(self):
        """The points that are not checked here: they are neither in `points` nor in `earned`."""
        return sum(part.unchecked for part in self.parts)

    @property
    def judged(self):
        """False if the grader itself had trouble: then the points say nothing."""
        return all(part.status != TROUBLE for part in self.parts)

    @property
    def complete(self):
        """True if every part has all the points that can be given here."""
        return all(part.status in (PASSED, INSTRUCTOR) for part in self.parts)

    def as_dict(self):
        """Return what JSON can hold."""
        summary = ("points", "earned", "unchecked", "judged")
        return asdict(self) | {name: getattr(self, name) for name in summary}
