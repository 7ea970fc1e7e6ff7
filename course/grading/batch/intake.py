"""Reads a folder of submissions, one folder or zip for each student, without trusting any of it.

The name of an entry is the student's: `alice.zip`, `alice/`. What browsers add is taken away (`alice (1).zip`), and
`@` sets off an attempt's number or time: `alice@2.zip`, `alice@2026-11-20T18.zip`. Nothing is unpacked to disk.
"""

import hashlib
import os
import re
import stat
from datetime import datetime
from pathlib import Path

from course.errors import CourseError
from course.grading.batch.archive import read_archive
from course.grading.batch.contents import Refused
from course.grading.batch.folder import read_folder
from course.grading.batch.manifest import NAME, verify
from course.grading.batch.naming import assign
from course.grading.batch.source import mend
from course.grading.batch.submission import Note, Submission, SubmittedFile, shown

_COPY = re.compile(r"[\s_]*\((\d+)\)$")
_PACKED = (".tar", ".gz", ".tgz", ".rar", ".7z", ".bz2", ".xz")


def read_submissions(folder, catalog):
    """Read every submission.

    Returns:
        List of `Submission`, sorted by student and attempt, and a list of `Note` about what is none.

    Raises:
        CourseError: There is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}: it should hold a folder or a zip for each student.")
    submissions, others = [], []
    for name in sorted(os.listdir(folder)):
        if name.startswith(".") or name == "__MACOSX":
            continue
        one = read_one(folder / name, catalog)
        (submissions if isinstance(one, Submission) else others).append(one)
    return sorted(submissions, key=lambda s: (s.student, s.order)), others


def read_one(path, catalog):
    """Return the `Submission` that lies at `path`, or a `Note` that says why it is none."""
    mode = path.lstat().st_mode
    zipped = path.suffix.casefold() == ".zip"
    name = shown(path.name)
    if stat.S_ISLNK(mode):
        return Note("", name, "", "refused", "is a symbolic link: put the folder or zip itself here")
    if not stat.S_ISDIR(mode) and not (stat.S_ISREG(mode) and zipped):
        packed = path.suffix.casefold() in _PACKED
        says = "is packed otherwise: ask for a zip" if packed else "is no folder and no zip of a student"
        return Note("", name, "", "refused" if packed else "passed over", says)
    submission = _named(name, path.stem if zipped and stat.S_ISREG(mode) else path.name)
    try:
        contents = read_folder(path) if stat.S_ISDIR(mode) else read_archive(path)
    except (Refused, OSError) as error:
        submission.whole = (
            str(error) if isinstance(error, Refused) else f"it cannot be read ({error.strerror})"
        )
        submission.note("refused", submission.whole)
        _timed(submission, path.lstat().st_mtime)
        return submission
    _timed(submission, contents.modified or path.lstat().st_mtime)
    _take(submission, contents, catalog)
    return submission


def _named(entry, stem):
    """Return an empty submission with the student and the attempt that a name says."""
    stem, _, attempt = stem.partition("@")
    copy = _COPY.search(stem)
    stem = _COPY.sub("", stem).strip() or stem
    number = int(attempt) if attempt.isdecimal() and len(attempt) < 7 else int(copy[1]) if copy else 0
    submission = Submission(shown(stem, 100), entry)
    if attempt and not attempt.isdecimal():
        try:
            submission.received = datetime.fromisoformat(attempt).astimezone()
        except (ValueError, OverflowError, OSError):
            submission.note("attempt", f"what stands after @ is no number and no time: {attempt[:40]}")
    submission.order = (number,)
    return submission


def _timed(submission, modified):
    """The name's time wins over the file's."""
    if submission.received is None:
        submission.received = datetime.fromtimestamp(int(modified)).astimezone()
    submission.order = (submission.received.timestamp(), *submission.order, submission.entry)


def _take(submission, contents, catalog):
    """Fill a submission from its contents."""
    for path, says in sorted(contents.refused.items()):
        submission.note("refused", f"{shown(path)}: {says}")
    for path in sorted(contents.files):
        if path.casefold().endswith((*_PACKED, ".zip")):
            submission.note("refused", f"{shown(path)}: an archive inside the submission is not opened")
        elif path.rpartition("/")[2] == NAME:
            verify(submission, contents, path)
    matches, left, unclear = assign(contents.files, catalog, lambda path: _digest(contents, path))
    for path, says in sorted(left.items()):
        submission.note("passed over", f"{shown(path)}: {says}")
    for name, says in unclear.items():
        submission.refused[name] = shown(says, 400)
        submission.note("refused", shown(says, 400), name)
    for name, match in sorted(matches.items()):
        _take_file(submission, contents, name, match)
    _blame(submission, contents, catalog)
    if not submission.files and not submission.refused:
        submission.note("refused", "holds no file of an exercise: names are like u02/ex01_softmax.py")


def _take_file(submission, contents, name, match):
    try:
        data, notes = mend(contents.read(match.path))
    except Refused as error:
        submission.refused[name] = f"{shown(match.path)} cannot be graded: {error}"
        submission.note("refused", submission.refused[name], name)
        return
    if match.mended:
        notes = [f"was taken for {name}", *notes]
    for says in notes:
        submission.note("mended", f"{shown(match.path)} {says}", name)
    submission.files[name] = SubmittedFile(shown(match.path), data, hashlib.sha256(data).hexdigest())


def _blame(submission, contents, catalog):
    """Say at the exercise, too, that its file was refused (a link, a password, twice in the zip)."""
    matches, _, _ = assign(contents.refused, catalog, lambda path: path)
    for name, match in matches.items():
        if name not in submission.files and name not in submission.refused:
            says = contents.refused[match.path]
            submission.refused[name] = f"{shown(match.path)} cannot be graded: {says}"


def _digest(contents, path):
    try:
        return hashlib.sha256(contents.read(path)).hexdigest()
    except Refused as error:
        return str(error) + path
