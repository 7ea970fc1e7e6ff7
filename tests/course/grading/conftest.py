"""Fixtures for tests of grading, which share one warm process for students' files and one for the course's files."""

import shutil
from pathlib import Path

import keras
import pytest

from course import catalog
from course.grading.sandbox.workers import Workers
from course.grading.time_limits import Limits

MINI = Path(__file__).parents[2] / "fixtures" / "mini_course"


def answer_of(exercise, variant):
    """Return a file of the mini course as a submission: "solution", "stub", or "wrong_" and a mistake."""
    (found,) = [e for e in catalog.load(MINI).exercises if e.id == exercise]
    return found.wrong[variant[6:]] if variant.startswith("wrong_") else getattr(found, variant)


POOL = pytest.StashKey()


@pytest.fixture(scope="session")
def workers(request):
    """The pool of this run of pytest; it ends with it.

    For pytest, a module that imports this fixture has another one; without the stash each would start Keras twice.
    """
    config = request.config
    if POOL not in config.stash:
        pool = Workers(keras.config.backend(), limits=Limits(part=60.0, exercise=120.0))
        config.stash[POOL] = pool.__enter__()
        config.add_cleanup(lambda: pool.__exit__(None, None, None))
    return config.stash[POOL]


@pytest.fixture
def mini():
    """The two exercises of the mini course."""
    return catalog.load(MINI).exercises


@pytest.fixture
def mini_copy(tmp_path):
    """Function that changes the files of a copy of the mini course and returns its exercises."""

    def make(change=lambda unit: None):
        root = tmp_path / "mini"
        shutil.copytree(MINI, root, ignore=shutil.ignore_patterns("__pycache__"))
        change(root / "units" / "u01_mini")
        return catalog.load(root).exercises

    return make


@pytest.fixture
def candidate(workers):
    """Function of a source text that returns a session with this file in its first part."""
    sessions = []

    def make(source, arrays="tensor", name="answer", trusted=False, pool=workers):
        source = source if isinstance(source, bytes) else source.encode()
        sessions.append(pool.session(name, source, arrays, trusted))
        sessions[-1].begin(seed=1)
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()
