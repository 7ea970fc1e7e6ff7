"""Joins the gradebooks of several machines, each of which has graded one shard of the class.

    joined = read(places)                     # what all of them have in common, or one sentence about a difference
    batch = Batch(folder, catalog, Settings(..., **joined.settings()), joined.exercises(catalog))
    joined.check(batch)
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        joined.copy_to(gradebook)

The address of a result contains everything on which it depends (`address.py`). Therefore the joined gradebook gives the
same grades as that of a single machine, if the shards had the same seed, the same course and equal installations.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from course.errors import CourseError
from course.grading.batch import soundness
from course.grading.batch.gradebook import Gradebook
from course.grading.batch.shards import read_shard
from course.words import several

FILE = "gradebook.sqlite"
_ALIKE = "grade all shards with the same version of the course and equal installations"


@dataclass(frozen=True)
class About:
    """Everything on which the results of a gradebook depend, except files and seed, and the shard that it holds."""

    course: str
    checks: dict
    environments: dict
    jailed: bool
    why: str = ""
    shard: str = ""

    def __post_init__(self):
        tables = self.checks, self.environments, *dict(self.environments).values()
        if not all(isinstance(table, dict) for table in tables):
            raise ValueError("its checks and environments are no tables")
        if self.shard:
            read_shard(self.shard)

    def text(self):
        """Return the text that a gradebook stores; it keeps the order of the environments, which pages show."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Joined:
    """Several gradebooks that can be joined: their paths, what they have in common, and the shards that they hold."""

    paths: tuple
    about: About
    seed: int
    shards: tuple

    @property
    def missing(self):
        """The `Shard`s of which there is no gradebook."""
        count = self.shards[0].count if self.shards else 0
        there = {shard.number for shard in self.shards}
        return [replace(self.shards[0], number=n) for n in range(1, count + 1) if n not in there]

    def settings(self):
        """Return the values for `Settings` that come from the shards."""
        about = self.about
        return {
            "backends": tuple(about.environments),
            "environments": about.environments,
            "jailed": about.jailed,
            "why": about.why,
        }

    def exercises(self, catalog):
        """Return the exercises that the shards have graded, in the order of the course."""
        here = {exercise.name for exercise in catalog.exercises}
        if lacking := sorted(self.about.checks.keys() - here):
            raise CourseError(f"This course does not have {lacking[0]}, which {self.paths[0]} has graded.")
        return [exercise for exercise in catalog.exercises if exercise.name in self.about.checks]

    def check(self, batch):
        """Compare the course of this machine with that of the shards.

        Raises:
            CourseError: They differ, so the results do not belong to these files.
        """
        _compare(self.about, batch.about(), self.paths[0], "this machine", "has")

    def copy_to(self, gradebook):
        """Copy seed, results and marks into a gradebook. A file that a shard has graded again gets the new result.

        Returns:
            The number of results with other points that were in the gradebook before.

        Raises:
            CourseError: The gradebook has another seed.
        """
        stored = gradebook.stored("seed")
        if stored not in (None, str(self.seed)):
            raise CourseError(f"{gradebook.path} has another seed than the shards: choose another --out.")
        gradebook.secret(self.seed)
        gradebook.store("about", replace(self.about, shard="").text())
        before = dict(gradebook.rows("SELECT key, earned FROM results"))
        for path in self.paths:
            with Gradebook(path) as source:
                gradebook.copy_from(source)
        return sum(
            before.get(key, now) != now for key, now in gradebook.rows("SELECT key, earned FROM results")
        )


def read(places):
    """Return the `Joined` of gradebooks.

    Args:
        places: Folders that hold a gradebook each, or folders of such folders.

    Raises:
        CourseError: There is no gradebook, or two of them cannot be joined.
    """
    paths = [path for place in places for path in _gradebooks(Path(place))]
    paths = list({path.resolve(): path for path in paths}.values())
    found, points = [], {}
    for path in paths:
        with Gradebook(path) as gradebook:
            soundness.check(gradebook)
            found.append((path, *soundness.read_about(gradebook, About)))
            _check_equal(gradebook, points)
    first, about, seed = found[0]
    for path, other, its in found[1:]:
        if its != seed:
            raise CourseError(
                f"{path} was graded with another seed than {first}: give every shard the same --seed-file."
            )
        _compare(about, other, first, path, "was graded with")
    shards = [(path, read_shard(other.shard)) for path, other, _ in found if other.shard]
    for path, shard in shards[1:]:
        if shard.count != shards[0][1].count:
            raise CourseError(
                f"{path} is shard {shard}, but {shards[0][0]} is shard {shards[0][1]}: "
                "divide the class into one number of shards."
            )
    return Joined(tuple(paths), about, seed, tuple(shard for _, shard in shards))


def _gradebooks(place):
    if (place / FILE).is_file():
        return [place / FILE]
    inside = sorted(place.glob(f"*/{FILE}")) if place.is_dir() else []
    if not inside:
        raise CourseError(f"--merge {place}: there is no {FILE} in it, and in no folder inside of it.")
    return inside


def _check_equal(gradebook, points):
    """Compare the points of files that other gradebooks have graded too, and add this one's to `points`."""
    for key, exercise, earned in gradebook.rows("SELECT key, exercise, earned FROM results ORDER BY key"):
        if points.setdefault(key, earned) != earned:
            raise CourseError(
                f"{gradebook.path} has another result of a file for {exercise} than the gradebooks before it: "
                f"{earned} instead of {several(points[key], 'point')}. Grade it again in each of them with "
                f"--regrade {exercise}."
            )


def _compare(about, other, first, second, has):
    """Raise an error that names the first difference."""
    if about.checks.keys() != other.checks.keys():
        different = sorted(about.checks.keys() ^ other.checks.keys())
        raise CourseError(
            f"{second} {has} other exercises than {first} ({different[0]}): use the same --unit and --exercise."
        )
    for exercise, check in about.checks.items():
        if other.checks[exercise] != check:
            raise CourseError(f"{second} {has} another check of {exercise} than {first}: {_ALIKE}.")
    if about.course != other.course:
        raise CourseError(f"{second} {has} another version of the course than {first}: {_ALIKE}.")
    if about.environments.keys() != other.environments.keys():
        raise CourseError(
            f"{second} {has} {' and '.join(other.environments)}, but {first} {' and '.join(about.environments)}: "
            "use the same --backend."
        )
    for backend, environment in about.environments.items():
        for name, value in environment.items():
            if (its := other.environments[backend].get(name)) != value:
                raise CourseError(f"{second} {has} {name} {its} for {backend}, {first} {value}: {_ALIKE}.")


def missing_text(joined):
    """Return a sentence about the shards of which there is no gradebook, or an empty text."""
    if not joined.missing:
        return ""
    names = ", ".join(map(str, joined.missing[:8])) + (" …" if len(joined.missing) > 8 else "")
    what = several(len(joined.missing), "shard")
    return f"{what} missing ({names}): the files of their students are not judged yet."
