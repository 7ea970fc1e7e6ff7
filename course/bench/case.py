"""What a case is, and how cases are found: one file each in ``course/bench/cases``, or in a unit's folder ``bench``."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from course import paths
from course.errors import CourseError

FOLDER = Path(__file__).resolve().parent / "cases"

# One Adam for all. Keras adds ε to √v where torch and optax add it to √v̂ (Kingma and Ba's "ε hat"): with an ε this
# small the two formulas give the same float32 numbers, and the variants can be held to the same loss.
ADAM = {"learning_rate": 1e-3, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-10}

# Steps in one compiled call of the variant "ours_scan".
GROUP = 10


def supervised(x, y):
    """What ``fit`` receives for a case with inputs and targets."""
    return {"x": x, "y": y}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One piece of training that every variant does with the same mathematics.

    Args:
        title: a few words with the sizes.
        batch: samples in a step.
        steps: steps in an epoch: enough that what ``fit`` does once an epoch weighs what it weighs in earnest.
        data: ``(rng, n) → arrays``, a tuple of NumPy arrays with n rows.
        ours: ``() → model``, a compiled ``course.Model``. It reports ``loss``, the mean over the epoch.
        keras: ``() → model``, a compiled ``keras.Model`` with the same weights in the same order, or None.
        why_no_keras: the reason for None, in a few words.
        proof: steps of the short epoch on which losses are compared. Training with ReLU and Adam is chaotic: a
            disturbance of 1e-6 of the weights, as rounding is one, changes the loss by up to one percent after 300
            steps. A mistake in the mathematics shows at once.
        small: whether the step is so short that it is mostly overhead. On JAX ``steps_per_execution`` has to win then.
        large: whether the step is of real size: arithmetic takes its time, and one process measures it.
        arguments: ``(*arrays) → dict``, the arguments of ``fit``.
    """

    title: str
    batch: int
    steps: int
    data: Callable
    ours: Callable
    keras: Callable | None = None
    why_no_keras: str = ""
    proof: int = 20
    small: bool = False
    large: bool = False
    arguments: Callable = supervised


def names(precision="float32"):
    """The names of all cases: those of their files. What a unit brings is measured in float32 only."""
    return sorted(name for name, (_, own) in _places().items() if precision == "float32" or not own)


def _places():
    """The module of each case by its name, and whether a unit brings it."""
    found = {p.stem: (f"course.bench.cases.{p.stem}", False) for p in FOLDER.glob("[!_]*.py")}
    for p in sorted(paths.root().glob("units/*/bench/[!_]*.py")):
        if p.stem in found:
            raise CourseError(f"There are two cases {p.stem}: {found[p.stem][0]} and {p}.")
        found[p.stem] = (f"units.{p.parts[-3]}.bench.{p.stem}", True)
    return found


def check(name):
    """Raise a ``CourseError`` if there is no such case."""
    if name not in names():
        raise CourseError(f"There is no case {name}; there are {', '.join(names())}.")


def load(name):
    """Import a case (and with it Keras): a ``Case``, or a ``course.bench.contest.Contest``."""
    check(name)
    if str(paths.root()) not in sys.path:
        sys.path.insert(0, str(paths.root()))  # the units are those of COURSE_HOME
    return import_module(_places()[name][0]).CASE
