"""Makes the student edition: the course without its answers, which installs and runs without the original.

    edition = release(Path("edition"), backend="jax", cases=3)

The edition is built and tested in a temporary folder next to the target and then renamed. Therefore the target is
never incomplete.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import course
from course import catalog as catalogs
from course import paths
from course.errors import CourseError
from course.grading.errors import CandidateEnded
from course.grading.time_limits import Limits
from course.release.cases import public_checks
from course.release.leaks import find_leaks
from course.release.readme import readme
from course.words import several

MARKER = ".course-release.json"
_ROOT_FILES = (
    "setup.cfg",
    "setup.py",
    "MANIFEST.in",
    "pyproject.toml",
    "constraints.txt",
    "LICENSE",
    ".gitignore",
)
_FOLDERS = ("slides", "datasets")
# of docs; they link to no other page
_PAGES = ("quick_start", "exercises", "notebooks", "notation", "step_cost")
_LEFT_OUT = ("__pycache__", "*.pyc", ".*.swp", "*.egg-info", ".ipynb_checkpoints", ".DS_Store")
_STUDENTS = ("work", "runs")
_LIMITS = Limits(
    part=120.0, exercise=600.0
)  # generous: the files are the course's own, and the machine may be busy


@dataclass
class Edition:
    """A finished edition: its folder, and one `PublicChecks` for every exercise."""

    folder: Path
    checks: list
    points: int

    @property
    def public_points(self):
        """The points that students can check themselves."""
        return sum(made.points for made in self.checks)

    @property
    def caught(self):
        """How many of the known mistakes lose public points, and how many mistakes there are."""
        caught = [value for made in self.checks for value in made.caught.values()]
        return sum(caught), len(caught)

    @property
    def sentence(self):
        """A sentence that says what can be checked in the edition, for the instructor and for the page in docs."""
        caught, wrong = self.caught
        return (
            f"Of {several(self.points, 'point')} {self.public_points} can be checked in the student edition; its "
            f"public checks catch {caught} of {several(wrong, 'known mistake')}."
        )


def release(folder, backend, cases=3, tell=lambda text: None):
    """Make the student edition in `folder`.

    Args:
        folder: A new or empty folder, or the folder of an earlier release, which is replaced.
        backend: The backend that runs the solutions.
        cases: The number of seeds that are recorded for every check.
        tell: Function that is called with a text at the beginning of every step.

    Raises:
        CourseError: The folder contains other files, or the edition does not pass its tests.
    """
    from course.grading.sandbox.jail import best_launcher
    from course.grading.sandbox.workers import Workers

    refuse_editions()
    folder = Path(os.path.abspath(folder))  # without `..`, and a link stays a link
    _refuse_others(folder)
    content = catalogs.load()
    engine = Path(course.__file__).resolve().parent
    if not paths.is_clone():
        raise CourseError("A release is made from a clone of the course, not from an installed package.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _copy(content, engine, aside)
        checks = []
        with Workers(backend, best_launcher()[0], _LIMITS) as workers:
            for exercise in content.exercises:
                tell(f"{exercise.name}: recording its public checks")
                try:
                    checks.append(public_checks(exercise, workers, cases))
                except CandidateEnded as error:
                    raise CourseError(f"{exercise.name} cannot be recorded: {error.message}.") from None
                _write_exercise(exercise, aside / exercise.path.relative_to(content.root), checks[-1])
        edition = Edition(folder, checks, sum(e.points for e in content.exercises))
        (aside / "README.md").write_text(readme(content, edition), encoding="utf-8")
        marker = {
            "made_by": "course release",
            "version": course.__version__,
            "cases": cases,
            "backend": backend,
        }
        (aside / MARKER).write_text(json.dumps(marker, indent=1) + "\n", encoding="utf-8")
        tell("searching the edition for answers")
        leaks = find_leaks(content, aside)
        if leaks:
            raise CourseError(f"The edition would give answers away: {'; '.join(leaks[:5])}.")
        if content.exercises:
            tell("testing the edition")
            smoke(aside, content.exercises[0].name, backend)
        for compiled in sorted(aside.rglob("__pycache__")):
            shutil.rmtree(compiled)
        aside.chmod(0o755)
        _put_in_place(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return edition


def refuse_editions():
    """Raise an error if this course is itself a student edition, which contains no answers."""
    if (paths.root() / MARKER).exists():
        raise CourseError("This is the student edition: solutions and checks are with your instructor.")


def smoke(folder, exercise, backend):
    """List, start and check one exercise in a process that can import only the edition.

    Raises:
        CourseError: A command fails, or an untouched stub gets points.
    """
    with tempfile.TemporaryDirectory(prefix="medl-smoke-") as home:
        env = {
            name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "PYTEST_"))
        }
        env |= {"PYTHONPATH": str(folder), "KERAS_BACKEND": backend, "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {"PYTHONIOENCODING": "utf-8"}

        def run(status, *words):
            done = subprocess.run(
                [sys.executable, "-P", "-m", "course.cli", *words],
                env=env, cwd=home, capture_output=True, encoding="utf-8", timeout=600, check=False,
            )  # fmt: skip
            if done.returncode != status:
                printed = (done.stderr or done.stdout).strip()[-400:]
                raise CourseError(f"The edition does not run: `course {' '.join(words)}` says {printed}")
            return done.stdout

        run(0, "list")
        run(0, "start", exercise)
        report = json.loads(run(1, "check", exercise, "--json"))["reports"][0]
        if report["earned"]:
            raise CourseError(f"In the edition an untouched stub of {exercise} gets points.")


def _refuse_others(folder):
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is not a folder: name another one.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / MARKER).is_file():
        raise CourseError(f"{folder} is not empty and was not made by `course release`: name another folder.")
    if students := [name for name in _STUDENTS if (folder / name).exists()]:
        raise CourseError(
            f"{folder} contains {' and '.join(students)} with files of a student: move them away, "
            "or name another folder."
        )


def _copy(content, engine, target):
    skip = shutil.ignore_patterns(*_LEFT_OUT)
    shutil.copytree(engine, target / "course", ignore=skip)

    def no_exercises(folder, names):
        return skip(folder, names) | ({"exercises"} if Path(folder).parent.name == "units" else set())

    (target / "units").mkdir()
    for file in (content.root / "units").glob("*.py"):
        shutil.copy2(file, target / "units")
    for unit in content.units:
        shutil.copytree(unit.path, target / "units" / unit.slug, ignore=no_exercises)
    for name in _FOLDERS:
        if (content.root / name).is_dir():
            shutil.copytree(content.root / name, target / name, ignore=skip)
    for page in _PAGES:
        if (content.root / "docs" / f"{page}.md").is_file():
            (target / "docs").mkdir(exist_ok=True)
            shutil.copy2(content.root / "docs" / f"{page}.md", target / "docs")
    for name in _ROOT_FILES:
        if (engine.parent / name).is_file():
            shutil.copy2(engine.parent / name, target)


def _write_exercise(exercise, folder, made):
    """Write the files of an exercise in the student edition: task, exercise.toml, stub and recorded checks."""
    folder.mkdir(parents=True)
    shutil.copy2(exercise.task, folder)
    data = (exercise.path / "exercise.toml").read_text(encoding="utf-8")
    (folder / "exercise.toml").write_text(
        f"{data.rstrip()}\npublic_points = {made.points}\n", encoding="utf-8"
    )
    (folder / "stub.py").write_bytes(exercise.stub.read_bytes())
    made.write(folder)


def _put_in_place(aside, folder):
    """Rename the new edition to its final folder; remove an older edition last."""
    if not folder.exists():
        aside.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    folder.rename(old / "edition")
    try:
        aside.rename(folder)
    except OSError:
        (old / "edition").rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
