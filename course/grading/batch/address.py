"""The address of a result: a hash of all that it depends on. Same address, same result, graded once."""

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

import course

_SHOWING = ("bench", "cli", "gate", "release", "slides")  # commands, measurements and what is made for people
_DECIDING = ("keras", "numpy", "scipy", "scikit-learn")


def environment(backend, jailed, limits):
    """Return what a result depends on besides file, exercise and seed."""
    found = {"python": platform.python_version(), "machine": platform.machine(), "backend": backend}
    for name in (*_DECIDING, backend):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found | {"jailed": bool(jailed), "seconds": [limits.part, limits.exercise]}


def helpers():
    """Return the hash of the code that judges, or that an answer may import: `course`, but for what only shows it."""
    home, batch = Path(course.__file__).parent, Path(__file__).parent
    return _of_files(
        path
        for path in home.rglob("*.py")
        if batch not in path.parents and path.relative_to(home).parts[0] not in _SHOWING
    )


def check(exercise):
    """Return the hash of what an exercise judges and explains with.

    Raises:
        AuthoringError: A mistake that does not fit the solution: found here, before anybody is graded.
    """
    about = [exercise.name, exercise.title, exercise.points, exercise.arrays, exercise.mistakes]
    about.append(list(exercise.forbidden))
    about.append({name: _hash(file.read_bytes()) for name, file in exercise.wrong.items()})
    return _hash(json.dumps([about, _of_files([exercise.check])], sort_keys=True).encode())


def key(digest, check, helpers, environment, seed):
    """Return the address of the result of a file with this hash."""
    parts = [digest, check, helpers, environment, seed]
    return _hash(json.dumps(parts, sort_keys=True).encode())


def _of_files(paths):
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(
            f"{path.parent.name}/{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
        )
    return whole.hexdigest()


def _hash(data):
    return hashlib.sha256(data).hexdigest()
