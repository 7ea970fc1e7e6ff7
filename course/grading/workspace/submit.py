"""Writes the zip that a student submits: the answers to one unit or to all units, and a manifest.

    manifest.json      {"student", "backend", "versions", "created", "files": {path: sha256}}
    u02/ex01_softmax.py …

Equal answers give equal bytes, except for `created`.
"""

import hashlib
import io
import json
import re
import unicodedata
import zipfile
from datetime import UTC, datetime

from course import backend as backends
from course import paths
from course.errors import CourseError
from course.grading import workspace
from course.grading.runner import read_source

_SIGNS = " ._'\u2019+-"  # besides letters, marks and digits of every script
_DOMAIN = re.compile(r"([^\W_]([\w-]*[^\W_])?\.)+[^\W\d_]{2,}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_CHARACTERS, _BYTES = 64, 200
_EPOCH = (2000, 1, 1, 0, 0, 0)


def collect(exercises, partial=False):
    """Return path in the zip → bytes for the answers to `exercises`.

    Args:
        exercises: The exercises whose answers are submitted.
        partial: If True, leave out missing answers, as long as at least one answer exists.

    Raises:
        CourseError: Answers are missing; the message lists them.
    """
    files, missing = {}, []
    for exercise in exercises:
        path = workspace.answer(exercise)
        if path.is_file():
            files[f"{exercise.unit.name}/{path.name}"] = read_source(path)
        else:
            missing.append(workspace.shown(path))
    if missing and not (partial and files):
        there = f"; {len(files)} of {len(exercises)} files are there" if files else ""
        more = ", or hand in what is there with --partial" if files else ""
        raise CourseError(
            f"Missing: {', '.join(missing)}{there}. `course start` puts stubs in their places{more}."
        )
    return files


def manifest(student, backend, files, created=None):
    """Return the manifest as a dictionary.

    Raises:
        CourseError: The student's name cannot be the name of a file.
    """
    return {
        "student": file_name(student),
        "backend": backend,
        "versions": {name: version for name, version in backends.versions().items() if version},
        "created": created or datetime.now(UTC).isoformat(timespec="seconds"),
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())},
    }


def file_name(student):
    """Return a name or an e-mail address in the form in which it is the name of a file on every system.

    >>> file_name("Zoë  O'Neill")
    "Zoë O'Neill"

    Raises:
        CourseError: It cannot be the name of a file.
    """
    name = " ".join(unicodedata.normalize("NFC", student).split())
    local, at, domain = name.partition("@")
    kinds = [unicodedata.category(c)[0] for c in local]
    fits = all(kind in "LMN" or c in _SIGNS for c, kind in zip(local, kinds, strict=True))
    fits = (
        fits
        and bool(kinds)
        and kinds[0] in "LN"
        and len(name) <= _CHARACTERS
        and len(name.encode()) <= _BYTES
    )
    fits = fits and (_DOMAIN.fullmatch(domain) if at else local[-1] not in ". ")
    if not fits or local.partition(".")[0].casefold() in _RESERVED:
        raise CourseError(
            f"--student {student}: use letters, digits, spaces, apostrophes, dots, dashes and underscores, or an "
            f"e-mail address, at most {_CHARACTERS} characters, as in alice.l, Zoë O'Neill or alice@uni.edu."
        )
    return name


def write(about, files):
    """Write `work/STUDENT.zip`, completely or not at all, and return its path."""
    content = {"manifest.json": (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (content | dict(sorted(files.items()))).items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    path = paths.work() / f"{about['student']}.zip"
    try:
        workspace.write_whole(path, buffer.getvalue())
    except OSError as error:
        raise CourseError(f"{workspace.shown(path)} cannot be written: {error.strerror}.") from None
    return path
