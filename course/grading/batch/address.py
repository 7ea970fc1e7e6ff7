"""The address of a result: a hash of everything on which it depends. Results with equal addresses are graded once."""

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

import course

_SHOWING = ("bench", "cli", "gate", "release", "slides")  # these folders of `course` do not change a result
_AROUND = tuple(("grading", room) for room in ("batch", "platforms", "similarity"))  # nor do these
_DECIDING = ("keras", "numpy", "scipy", "scikit-learn")


def environment(backend, jailed, limits):
    """Return everything on which a result depends, except file, exercise and seed."""
    found = {"python": platform.python_version(), "machine": platform.machine(), "backend": backend}
    for name in (*_DECIDING, backend):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found | {"jailed": bool(jailed), "seconds": [limits.part, limits.exercise]}


def helpers():
    """Return the hash of the files of `course` on which a result may depend."""
    home = Path(course.__file__).parent
    return _of_files(
        path
        for path in home.rglob("*.py")
        if path.relative_to(home).parts[0] not in _SHOWING and path.relative_to(home).parts[:2] not in _AROUND
    )


def check(exercise):
    """Return the hash of the check of an exercise, its data and its known mistakes.

    Raises:
        AuthoringError: A mistake cannot be applied to the solution; this is raised before any file is graded.
    """
    about = [exercise.name, exercise.title, exercise.points, exercise.arrays, exercise.mistakes]
    about.append(list(exercise.forbidden))
    about.append({name: _hash(file.read_bytes()) for name, file in exercise.wrong.items()})
    return _hash(json.dumps([about, _of_files([exercise.check])], sort_keys=True).encode())


def key(digest, check, helpers, environment, seed):
    """Return the address of the result of a file whose hash is `digest`."""
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
