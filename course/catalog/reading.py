"""What the course contains: every `unit.toml` of a unit and `exercise.toml` of an exercise, read and checked.

This is the only place that discovers content. It imports neither Keras nor a unit, so `course list` is
instant; an experiment's module is imported by `Experiment.load()`.
"""

import difflib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from course import paths
from course.catalog.content import EXERCISE_ID, Entry, Exercise, Experiment, Unit
from course.catalog.unit_toml import Keys
from course.errors import CourseError

_UNIT_FOLDER = re.compile(r"u(\d\d)_[a-z0-9_]+")
_EXPERIMENT_ID = re.compile(r"(?!ex\d\d)[a-z][a-z0-9_]*")

EXERCISE_FILES = ("task.md", "exercise.toml", "check.py", "solution.py", "mistakes.diff")
EDITION_FILES = ("task.md", "exercise.toml", "stub.py", "public.json", "public.npz")  # in the student edition
ARRAYS = ("tensor", "numpy")
DIFFICULTIES = (1, 2, 3)
BETTER = ("higher", "lower")


@dataclass(frozen=True)
class Catalog:
    """All units in order."""

    root: Path
    units: list

    @property
    def experiments(self):
        """Every experiment, in the order of the course."""
        return [experiment for unit in self.units for experiment in unit.experiments]

    @property
    def exercises(self):
        """Every exercise, in the order of the course."""
        return [exercise for unit in self.units for exercise in unit.exercises]

    def find(self, text):
        """Return the unit, experiment or exercise that a person means.

        | text | is |
        | --- | --- |
        | `2`, `u02`, `u02_logistic_softmax` | the unit |
        | `2.1`, `u02/ex01`, `u02/ex01_softmax`, `ex01_softmax` | the exercise |
        | `u02/softmax_regression`, `softmax_regression` | the experiment |

        Raises:
            CourseError: Nothing, or more than one thing, has this name.
        """
        wanted = str(text).strip().strip("/").removeprefix("units/").lower()
        first, _, rest = wanted.partition("/") if "/" in wanted else wanted.partition(".")
        unit = self._unit(first)
        if unit is not None:
            found = [unit] if not rest else _inside(unit, rest)
        else:
            found = [item for item in (*self.experiments, *self.exercises) if item.id == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise CourseError(f"{text} is not unique: say {' or '.join(item.name for item in found)}.")
        raise CourseError(f"There is no {text}{self._did_you_mean(wanted, unit)}")

    def exercises_of(self, *texts):
        """Return the exercises that a person means by each text: one, or all of a unit. No exercise comes twice.

        Raises:
            CourseError: A text means nothing, an experiment, or a unit without exercises.
        """
        found = {exercise.name: exercise for text in texts for exercise in self._exercises(text)}
        return list(found.values())

    def _exercises(self, text):
        found = self.find(text)
        if isinstance(found, Experiment):
            raise CourseError(
                f"{found.name} is an experiment, which `course run {found.name}` runs: name an exercise or a unit."
            )
        exercises = found.exercises if isinstance(found, Unit) else [found]
        if not exercises:
            raise CourseError(f"{found.name} has no exercises.")
        return exercises

    def _unit(self, text):
        number = re.fullmatch(r"u?(\d{1,2})", text)
        for unit in self.units:
            if text == unit.slug or (number and int(number[1]) == unit.number):
                return unit
        return None

    def _did_you_mean(self, wanted, unit):
        where = f" in {unit.name}; `course list {unit.name}`" if unit else "; `course list`"
        if unit:
            wanted = re.split(r"[/.]", wanted, maxsplit=1)[1]
        names = {thing.id: thing.name for u in [unit or self] for thing in (*u.experiments, *u.exercises)}
        if not unit:
            names |= {name: name for name in names.values()} | {u.slug: u.name for u in self.units}
        close = [] if wanted.isdigit() else difflib.get_close_matches(wanted, names, n=3, cutoff=0.6)
        if close:
            return f": did you mean {' or '.join(dict.fromkeys(names[name] for name in close))}?"
        return f"{where} shows what there is."


def load(root=None):
    """Read and check every unit under `root` (default: the course's own) and return the `Catalog`.

    Raises:
        CourseError: A mistake in a `unit.toml` or `exercise.toml`; the message names file and key.
    """
    root = Path(root) if root is not None else paths.root()
    folder = root / "units"
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}: set COURSE_HOME to the folder that holds units/.")
    units = [_read_unit(path) for path in sorted(folder.glob("*/unit.toml"))]
    numbers = {}
    for unit in units:
        if unit.number in numbers:
            raise CourseError(
                f"{unit.path} and {numbers[unit.number].path} have the same number: renumber one of them."
            )
        numbers[unit.number] = unit
    _one_score_for_each_task(units)
    return Catalog(root, sorted(units, key=lambda unit: unit.number))


def unlisted(catalog):
    """Return the experiment files and exercise folders that no `unit.toml` lists, as paths."""
    found = []
    for unit in catalog.units:
        listed = {item.path for item in (*unit.experiments, *unit.exercises)}
        files = unit.path.glob("experiments/[!_]*.py")
        folders = (path for path in unit.path.glob("exercises/[!_]*") if path.is_dir())
        found += [path for path in (*files, *folders) if path not in listed]
    return sorted(found)


def _inside(unit, rest):
    rest = rest.removesuffix(".py")
    for item in (*unit.experiments, *unit.exercises):
        if item.id == rest:
            return [item]
    number = re.fullmatch(r"(?:ex)?(\d{1,2})", rest)
    return [item for item in unit.exercises if number and item.number == int(number[1])]


def _read_unit(path):
    folder = path.parent
    match = _UNIT_FOLDER.fullmatch(folder.name)
    if not match:
        raise CourseError(f"{folder}: a unit's folder is called uNN_slug, like u02_logistic_softmax.")
    top = Keys(path, "", _read_toml(path))
    unit = Unit(
        number=int(match[1]),
        slug=folder.name,
        title=top.text("title"),
        idea=top.text("idea"),
        book=top.text("book"),
        path=folder,
    )
    unit.experiments.extend(_read_experiment(unit, keys) for keys in top.tables("experiment"))
    ids = top.identifiers("exercises", EXERCISE_ID, "like ex01_softmax")
    top.done()
    unit.exercises.extend(_read_exercise(unit, id, top) for id in ids)
    for kind, names in (("[[experiment]]", [e.id for e in unit.experiments]), ("of exercises", ids)):
        for id in names:
            if names.count(id) > 1:
                raise CourseError(f"{path}: two entries {kind} have the id {id!r}.")
    numbers = [exercise.number for exercise in unit.exercises]
    for exercise in unit.exercises:
        if numbers.count(exercise.number) > 1:
            raise CourseError(
                f"{path}: two exercises have the number {exercise.number} (id {exercise.id!r})."
            )
    return unit


def _read_experiment(unit, keys):
    id = keys.identifier("id", _EXPERIMENT_ID, "like softmax_regression (exNN is kept for exercises)")
    path = unit.path / "experiments" / f"{id}.py"
    keys.needs(path)
    bands = {
        "expected": keys.bands("expected"),
        "expected_full": keys.bands("expected_full", default={}),
    }
    experiment = Experiment(
        id=id,
        unit=unit,
        title=keys.text("title"),
        book=keys.text("book"),
        data=keys.dataset("data"),
        full=keys.dataset("full", default=None),
        also=keys.datasets("also"),
        **bands,
        path=path,
        leaderboard=_read_leaderboard(keys, {*bands["expected"], *bands["expected_full"]}),
    )
    keys.done()
    return experiment


def _read_leaderboard(experiment, bands):
    """Read the models of an experiment that are on the leaderboard; `bands` are the metrics that it must record."""
    keys = experiment.table_of("leaderboard")
    if keys is None:
        return ()
    common = {"task": keys.text("task"), "score": keys.text("score"), "better": keys.text("better", BETTER)}
    common |= {
        "complement": keys.flag("complement"),
        "note": keys.text("note") if "note" in keys.table else "",
    }
    models = keys.take("models")
    if not isinstance(models, dict) or not models:
        keys.fail("models", 'must be a table of "name of the model" = "metric"')
    for model, metric in models.items():
        if not isinstance(metric, str) or metric not in bands:
            keys.fail(
                f'models."{model}"',
                f"is {metric!r}, which has no band in expected or expected_full: name a metric that has one",
            )
        if list(models.values()).count(metric) > 1:
            keys.fail(f'models."{model}"', f"is {metric!r}, which is the metric of another model too")
    keys.done()
    return tuple(Entry(model=model, metric=metric, **common) for model, metric in models.items())


def _one_score_for_each_task(units):
    """Raise an error if two experiments state the same task with different scores: they could not be sorted."""
    first = {}
    for experiment in (e for unit in units for e in unit.experiments):
        for entry in experiment.leaderboard:
            told = (entry.score, entry.better)
            other, name = first.setdefault(entry.task, (told, experiment.name))
            if other != told:
                raise CourseError(
                    f"{experiment.unit.path / 'unit.toml'}: {experiment.id}: leaderboard: the task {entry.task!r} has "
                    f"the score {told[0]!r} ({told[1]} is better), but in {name} it is {other[0]!r} ({other[1]}): use "
                    f"the same, or name another task."
                )


def _read_exercise(unit, id, listed):
    """Read the `exercise.toml` of one exercise; `listed` are the keys of the `unit.toml` that lists it."""
    folder = unit.path / "exercises" / id
    edition = (folder / "public.json").is_file()  # the student edition has recorded checks and no answers
    for name in EDITION_FILES if edition else EXERCISE_FILES:
        listed.needs(folder / name, f"exercises: {id}")
    keys = Keys(folder / "exercise.toml", "", _read_toml(folder / "exercise.toml"))
    exercise = Exercise(
        id=id,
        unit=unit,
        title=keys.text("title"),
        book=keys.text("book"),
        points=keys.integer("points"),
        minutes=keys.integer("minutes"),
        difficulty=keys.integer("difficulty", one_of=DIFFICULTIES),
        arrays=keys.text("arrays", one_of=ARRAYS),
        hints=keys.texts("hints"),
        path=folder,
        forbidden=keys.forbidden("forbidden"),
        public_points=keys.count("public_points", None),
    )
    keys.done()
    return exercise


def _read_toml(path):
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is not valid TOML: {error}.") from None
