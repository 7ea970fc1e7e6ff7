"""Certifies an exercise: tests it before it is used for grading.

On the running backend: the solution earns full marks, the stub earns none and raises NotImplementedError in every
part, and every wrong variant loses marks. In the files: the stub and the wrong variants can be derived from the
solution, stub and solution have the same signatures and docstrings, task and hints exist, no TODO is left, the folder
contains no other file, and the points of the parts add up.

Files run in the same way as for the grading of a class, in a jail if the machine has one: the solution and the stub
like a student's file, the wrong variants like the variants that name a mistake.

    course certify u02/ex01 --seeds 5       # an exercise, a unit, or nothing for all
"""

import re
import time
from dataclasses import asdict, dataclass, field

from course.catalog import EXERCISE_FILES
from course.grading.authoring.derived import wrong_or_complaints
from course.grading.authoring.signatures import differences, imports
from course.grading.errors import AuthoringError, GraderError
from course.grading.report import NOT_DONE, PASSED
from course.grading.runner import check, read_parts
from course.words import several

TASK_CHARACTERS = 200
TODO = "TODO"  # `course new exercise` writes this wherever the author has to write something
WRONG_VARIANTS = 2
SHARE_OF_LIMIT = 0.5  # the part of an exercise's time limit that the solution may take
_NOT_IN_A_CHECK = {"keras", "units", "jax", "tensorflow", "torch"}


@dataclass
class Certificate:
    """The result of certifying an exercise; without complaints the exercise is certified."""

    exercise: str
    backend: str
    complaints: list = field(default_factory=list)
    earned: dict = field(default_factory=dict)  # file name → points
    lost: dict = field(default_factory=dict)  # wrong variant → names of the parts that it failed
    seconds: float = 0.0
    points: int = 0
    jailed: bool = False
    signatures: bool = True
    hints: int = 0
    task: bool = True
    passed: set = field(default_factory=set)  # wrong variants that lose no marks, or were not judged

    @property
    def killed(self):
        """The number of wrong variants that lose marks because of a mistake; a stub does not count."""
        return len(self.lost.keys() - self.passed)

    def as_dict(self):
        """Return the certificate as a dict that can be written as JSON."""
        return asdict(self) | {"passed": sorted(self.passed), "killed": self.killed, "ok": self.ok}

    @property
    def ok(self):
        """True if there are no complaints."""
        return not self.complaints

    def __str__(self):
        lines = [f"{self.exercise} on {self.backend}: {'certified' if self.ok else 'NOT certified'}"]
        return "\n  - ".join(lines + self.complaints)


def certify(exercise, workers, seed=0, seeds=1):
    """Return the `Certificate` of an exercise on the backend of `workers`.

    A class is graded with a seed that is drawn for it. Therefore solution and mistakes can be checked with several
    seeds: `seed`, `seed` + 1, …
    """
    began = time.perf_counter()
    certificate = Certificate(exercise.name, workers.backend)
    certificate.points, certificate.hints = exercise.points, len(exercise.hints)
    complaints = certificate.complaints = inspect_files(exercise)
    certificate.signatures = not any(text in complaints for text in _disagreements(exercise))
    certificate.task = not any(text.startswith("task.md") for text in complaints)
    try:
        _certify_solution(exercise, workers, seed, certificate)
        _certify_stub(exercise, workers, seed, certificate)
        for name, file in wrong_or_complaints(exercise)[0].items():
            _certify_wrong(exercise, workers, seed, certificate, name, file)
        complaints += faults(exercise, workers, range(seed + 1, seed + seeds)) if not complaints else ()
    except GraderError as error:
        if not any(text in str(error) for text in complaints):
            complaints.append(str(error))
    certificate.jailed = not workers.advisory
    certificate.seconds = round(time.perf_counter() - began, 2)
    return certificate


def faults(exercise, workers, seeds):
    """Yield a sentence for a solution that loses points with some seeds, and for mistakes that some do not catch."""
    wrong = wrong_or_complaints(exercise)[0].values() if seeds else ()
    for file in (exercise.solution, *wrong) if seeds else ():
        name = file.name
        reports = {seed: check(exercise, file, workers, seed, trusted=True) for seed in seeds}
        complete = [seed for seed, report in reports.items() if report.complete]
        if name == "solution.py" and len(complete) < len(seeds):
            lost = {
                part.name for report in reports.values() for part in report.parts if part.earned < part.points
            }
            rest = ", ".join(str(seed) for seed in seeds if seed not in complete)
            yield f"the solution fails in {', '.join(map(repr, sorted(lost)))} with the seeds {rest}"
        elif name != "solution.py" and complete:
            yield f"{name} loses no marks with the seeds {', '.join(map(str, complete))}"


def inspect_files(exercise):
    """Return complaints about the files of an exercise, without running any candidate."""
    complaints = [*_left_to_do(exercise), *_other_files(exercise)]
    wrong, broken = wrong_or_complaints(exercise)
    complaints += [f"{error.place}: {error.message}" for error in broken]
    texts = {}
    for what in ("solution", "check", "stub"):
        try:
            texts[what] = getattr(exercise, what).read_text(encoding="utf-8")
            complaints += _outside(f"{what}.py", texts[what])
        except AuthoringError as error:
            return list(dict.fromkeys([*complaints, f"{error.place}: {error.message}"]))
        except (OSError, SyntaxError, ValueError) as error:
            return [*complaints, f"{what}.py cannot be read: {error}"]
    for file in wrong.values():
        try:
            complaints += _outside(file.name, file.text)
        except SyntaxError as error:
            complaints.append(f"{file.name} cannot be read: {error}")
    complaints += differences(texts["stub"], texts["solution"])
    heavy = imports(texts["check"]) & _NOT_IN_A_CHECK
    if heavy:
        complaints.append(f"check.py imports {', '.join(sorted(heavy))}: its reference is NumPy and SciPy")
    task = exercise.task.read_text(encoding="utf-8")
    if len(task) < TASK_CHARACTERS:
        complaints.append(
            f"task.md has {several(len(task), 'character')}: a task, a formula, shapes and an example need more"
        )
    count = len(wrong) + len(broken)
    if count < WRONG_VARIANTS:
        complaints.append(
            f"mistakes.diff holds {several(count, 'mistake')}, at least {WRONG_VARIANTS} are needed"
        )
    try:
        points = sum(part.points for part in read_parts(exercise.check))
    except GraderError as error:
        return [*complaints, str(error)]
    if points != exercise.points:
        complaints.append(
            f"its parts are worth {several(points, 'point')}, exercise.toml says {exercise.points}"
        )
    return complaints


def _left_to_do(exercise):
    """Return a complaint for every line that still contains TODO."""
    for name in EXERCISE_FILES:
        text = (exercise.path / name).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if TODO in line:  # the complaint shows the text from TODO to the end of the string
                words = re.split(r'["}]', line[line.index(TODO) :])[0].strip()
                yield f"{name}, line {number}: {words}"


def _other_files(exercise):
    """Return a complaint for every file that does not belong in the folder of an exercise."""
    for path in sorted(exercise.path.iterdir()):
        if path.name not in EXERCISE_FILES and path.name != "__pycache__":
            yield f"{path.name} does not belong here: stub and wrong answers are derived from solution.py"


def _outside(name, text):
    outside = imports(text) & {"units", "jax", "tensorflow", "torch", "."}
    return [f"{name} imports {', '.join(sorted(outside))}"] if outside else []


def _disagreements(exercise):
    try:
        return differences(*(path.read_text(encoding="utf-8") for path in (exercise.stub, exercise.solution)))
    except (OSError, SyntaxError, ValueError, AuthoringError):
        return []


def _seconds(report):
    return sum(part.seconds for part in report.parts)


def _certify_solution(exercise, workers, seed, certificate):
    report = _run(exercise, exercise.solution, workers, seed, certificate)
    limit = workers.limits.exercise
    # The first run may have been slow because Keras was starting or the machine was busy.
    if _seconds(report) > SHARE_OF_LIMIT * limit:
        report = _run(exercise, exercise.solution, workers, seed, certificate)
    if (took := _seconds(report)) > SHARE_OF_LIMIT * limit:
        certificate.complaints.append(
            f"the solution takes {took:.0f} s of {limit:g} s: too close to the limit"
        )
    for part in report.parts:
        if part.status != PASSED:
            certificate.complaints.append(f"the solution fails in {part.name!r}: {_told(part)}")


def _certify_stub(exercise, workers, seed, certificate):
    report = _run(exercise, exercise.stub, workers, seed, certificate)
    for part in report.parts:
        if part.status != NOT_DONE:
            certificate.complaints.append(
                f"the stub should raise NotImplementedError in {part.name!r}: {part.status}, {_told(part)}"
            )


def _certify_wrong(exercise, workers, seed, certificate, name, path):
    report = _run(exercise, path, workers, seed, certificate)
    certificate.lost[name] = [part.name for part in report.parts if part.status != PASSED]
    certificate.passed.add(name)
    if not report.judged:
        certificate.complaints.append(f"{path.name} could not be judged")
    elif report.complete:
        certificate.complaints.append(f"{path.name} loses no marks")
    elif all(part.status == NOT_DONE for part in report.parts):
        certificate.complaints.append(f"{path.name} is a stub, not a mistake")
    else:
        certificate.passed.discard(name)


def _run(exercise, path, workers, seed, certificate):
    report = check(exercise, path, workers, seed, trusted=path not in (exercise.stub, exercise.solution))
    certificate.earned[path.name] = report.earned
    if path in (exercise.stub, exercise.solution):
        certificate.complaints += [f"{path.name}, {flag}" for flag in report.flags]
    return report


def _told(part):
    return " ".join(text for text in (part.message, part.where) if text) or "it passes"
