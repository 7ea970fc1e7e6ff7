"""What a course consists of: units, their experiments, their exercises. `course.catalog` finds and reads them."""

import importlib
import importlib.util
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from course.errors import CourseError

EXERCISE_ID = re.compile(r"ex(\d\d)_[a-z0-9_]+")


@dataclass(frozen=True)
class Entry:
    """A model of an experiment on the leaderboard: what it does, and which metric is its score."""

    model: str  # its name for readers, like "LeNet-5"
    metric: str
    task: str  # models with the same task and data are compared
    score: str  # what the score is called, like "test accuracy"
    better: str  # "higher" or "lower"
    complement: bool = False  # the score is 1 − the metric, as where an experiment records errors
    note: str = ""

    def value(self, metrics):
        """Return the score that a run gives this model, or None if it did not record it as a finite number."""
        value = metrics.get(self.metric)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return 1 - value if self.complement else value


@dataclass(frozen=True)
class Experiment:
    """One file of `experiments/`: data → model → fit → numbers → figure."""

    id: str
    unit: "Unit" = field(repr=False)
    title: str
    book: str
    data: str  # the set of the quick mode; "none" when it makes its own numbers
    full: str | None  # the set of --full
    also: tuple[str, ...]  # other sets that --data accepts
    expected: dict  # metric → (low, high)
    expected_full: dict
    path: Path
    leaderboard: tuple[Entry, ...] = ()  # its models that `course leaderboard` compares with others

    @property
    def name(self):
        """`u02/softmax_regression`."""
        return f"{self.unit.name}/{self.id}"

    @property
    def accepts(self):
        """The names that `--data` accepts, the quick one first."""
        names = (self.data, self.full, *self.also)
        return tuple(dict.fromkeys(name for name in names if name not in (None, "none")))

    def load(self):
        """Import the experiment's module and return its `run` function."""
        module = _import(self.unit.path, self.path, f"units.{self.unit.slug}.experiments.{self.id}")
        run = getattr(module, "run", None)
        if not callable(run):
            raise CourseError(f"{self.path} has no function run(r): every experiment needs one.")
        return run


@dataclass(frozen=True)
class Exercise:
    """One folder of `exercises/`: task, check, solution and mistakes. Stub and wrong answers are derived from them."""

    id: str
    unit: "Unit" = field(repr=False)
    title: str
    book: str
    points: int
    minutes: int
    difficulty: int
    arrays: str
    hints: tuple[str, ...]
    path: Path
    forbidden: tuple[str, ...] = ()  # names that must not be used, like "keras.ops.softmax" or "*.softmax"
    public_points: int | None = None  # in the student edition: the points that its recorded checks can give

    @property
    def name(self):
        """`u02/ex01_softmax`."""
        return f"{self.unit.name}/{self.id}"

    @property
    def number(self):
        """1 for `ex01_softmax`."""
        return int(EXERCISE_ID.fullmatch(self.id)[1])

    @property
    def within_reach(self):
        """The points that can be earned here: all of them, or in the student edition those of public parts."""
        return self.points if self.public_points is None else self.public_points

    @property
    def unchecked(self):
        """The points that no check here can give: in the student edition those of parts that are not recorded."""
        return self.points - self.within_reach

    @property
    def recorded(self):
        """True in the student edition, where the check is recorded: its inputs are always the same."""
        return not self.check.exists()

    @property
    def task(self):
        """The path of `task.md`."""
        return self.path / "task.md"

    @property
    def stub(self):
        """The file that a student begins with: derived from the solution, in the student edition `stub.py`."""
        if self.recorded:
            return self.path / "stub.py"
        from course.grading.authoring import derived  # this import is not possible in a candidate's process

        return derived.stub(self)

    @property
    def check(self):
        """The path of `check.py`."""
        return self.path / "check.py"

    @property
    def solution(self):
        """The path of `solution.py`."""
        return self.path / "solution.py"

    @property
    def mistakes(self):
        """The known mistakes of `mistakes.diff`: name → the sentence that a student should read."""
        if self.recorded:
            return {}
        from course.grading.authoring import derived

        return {name: mistake.sentence for name, mistake in derived.mistakes(self).items()}

    @property
    def wrong(self):
        """The wrong answers, derived from solution and mistakes: name → a file that lies in no folder."""
        if self.recorded:
            return {}
        from course.grading.authoring import derived

        return derived.wrong(self)


@dataclass(frozen=True)
class Unit:
    """One folder of `units/`."""

    number: int
    slug: str
    title: str
    idea: str
    book: str
    path: Path
    experiments: list = field(default_factory=list, repr=False)
    exercises: list = field(default_factory=list, repr=False)

    @property
    def name(self):
        """`u02`."""
        return f"u{self.number:02d}"


def _import(unit_folder, path, name):
    """Import an experiment: as part of the package `units` if that is where it lies, else from its file."""
    spec = importlib.util.find_spec("units")
    homes = [Path(home).resolve() for home in (spec.submodule_search_locations or ())] if spec else []
    if unit_folder.parent.resolve() in homes:
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(f"course_content_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
