"""Reads a folder of submissions, one folder or zip for each student, without trusting its files.

The name of an entry is the student's name: `alice.zip`, `alice/`, `alice@uni.edu.zip`. Suffixes of browsers are removed
(`alice (1).zip`), and a number or a time after the last `@` is an attempt: `alice@2.zip`,
`alice@uni.edu@2026-11-20T18.zip`. Nothing is unpacked to disk. An error in an entry affects only this entry.
"""

import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from course.errors import CourseError
from course.grading.batch import packed, times
from course.grading.batch.archive import read_archive
from course.grading.batch.contents import Refused
from course.grading.batch.folder import read_folder
from course.grading.batch.loose import note_loose, note_notebooks
from course.grading.batch.manifest import NAME, verify
from course.grading.batch.naming import assign, is_notebook
from course.grading.batch.source import normalize
from course.grading.batch.submission import Note, Submission, SubmittedFile, identity, shown

_COPY = re.compile(r"[\s_]*\((\d{1,2})\)$")
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d(?!\d)", re.ASCII)


@dataclass(frozen=True)
class Clock:
    """The instructor's information about times: the time zone (None: of this machine), and name → time of arrival."""

    zone: object = None
    received: dict = field(default_factory=dict)


_NO_TIMES = Clock()


def read_submissions(folder, catalog, clock=_NO_TIMES):
    """Read every submission.

    Returns:
        List of `Submission`, sorted by student and attempt, and a list of `Note` about entries that are none.

    Raises:
        CourseError: The folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CourseError(f"There is no folder {folder}: it should hold a folder or a zip for each student.")
    submissions, others = [], []
    for name in sorted(os.listdir(folder)):
        if name.startswith(".") or name == "__MACOSX":
            continue
        one = read_one(folder / name, catalog, clock)
        (submissions if isinstance(one, Submission) else others).append(one)
    return _in_order(submissions), others


def read_one(path, catalog, clock=_NO_TIMES):
    """Return the `Submission` at `path`, or a `Note` that says why it is not a submission."""
    zipped = path.suffix.casefold() == ".zip"
    try:
        status = path.lstat()
    except OSError as error:
        return Note("", shown(path.name), "", "refused", f"cannot be read ({error.strerror})")
    is_folder, is_file = stat.S_ISDIR(status.st_mode), stat.S_ISREG(status.st_mode)
    ending = ".zip" if zipped else packed.ending(path.name)
    if not is_folder and not (is_file and ending):
        return _no_submission(path, stat.S_ISLNK(status.st_mode))
    submission = _named(path, path.name if is_folder else path.name[: -len(ending)], clock)
    modified = status.st_mtime
    try:
        if not is_folder and not zipped:
            raise Refused(packed.by_name(path.name))
        contents = _read(path) if is_folder else read_archive(path)
        modified = contents.modified or modified
        _fill(submission, contents, catalog, clock)
    except Refused as error:
        submission.whole = str(error)
    except OSError as error:
        submission.whole = f"it cannot be read ({error.strerror})"
    except Exception as error:  # an error in one submission must not stop the grading of the others
        submission.whole = f"it cannot be read ({type(error).__name__}: {shown(error)}): look at it by hand"
    if submission.whole:
        submission.note("refused", submission.whole)
    _date(submission, modified, clock)
    return submission


def _read(folder):
    """Return the `Contents` of a folder, or of a zip that is its only file, as in some platforms' downloads."""
    contents = read_folder(folder)
    inside = list(contents.files)
    if len(inside) == 1 and inside[0].casefold().endswith(".zip") and not contents.refused:
        return read_archive(folder / inside[0])
    return contents


def _no_submission(path, link):
    name, ending = shown(path.name), path.suffix.casefold()
    if link:
        return Note("", name, "", "refused", "is a symbolic link: put the folder or zip itself here")
    if ending == ".py" or is_notebook(path.name):
        message = "is a single file without a student's name: put it into a folder with that name"
        return Note("", name, "", "refused", message)
    return Note("", name, "", "ignored", "is not a folder or a zip of a student")


def _named(path, stem, clock):
    """Return an empty submission with the student and the attempt from a name."""
    copy = _COPY.search(stem)
    stem = _COPY.sub("", stem).strip() or stem
    before, _, behind = stem.rpartition("@")
    number, dated = bool(_NUMBER.fullmatch(behind)), bool(_DATE.match(behind))
    student = before if before and (number or dated) else stem
    submission = Submission(identity(student), shown(path.name))
    submission.number = int(behind) if before and number else int(copy[1]) if copy else 0
    if before and dated:
        try:
            submission.received, submission.by = times.read_time(behind, clock.zone), times.NAME
        except CourseError:
            submission.note("attempt", f"the text after @ is not a number or a time: {shown(behind, 40)}")
    elif before and not number and "." not in behind:
        message = (
            f"the text after @ is not a number or a time, so {submission.student} is the student's whole name"
        )
        submission.note("attempt", message)
    return submission


def _date(submission, modified, clock):
    """Set the time of arrival and its source: the name, the instructor's list, the manifest, or the file."""
    if submission.received is not None:
        return
    entry = submission.entry
    names = (entry, entry[:-4] if entry.casefold().endswith(".zip") else entry, submission.student)
    listed = next((clock.received[name] for name in names if name in clock.received), None)
    if listed is not None:
        submission.received, submission.by = listed, times.LIST
    elif submission.created is not None:
        submission.received, submission.by = submission.created, times.MANIFEST
    else:
        submission.received = times.from_seconds(modified, clock.zone)
        submission.by = times.FILE if submission.received is not None else ""


def _in_order(submissions):
    """Sort by student, then by time; if only the times of files are known, by the number of the attempt."""

    def seconds(one):
        return one.received.timestamp() if one.received else 0.0

    ordered = []
    for _, group in groupby(sorted(submissions, key=lambda one: one.student), key=lambda one: one.student):
        attempts = list(group)
        if any(one.timed for one in attempts):
            attempts.sort(key=lambda one: (seconds(one), one.number, one.entry))
        else:
            attempts.sort(key=lambda one: (one.number, seconds(one), one.entry))
        ordered += attempts
    return ordered


def _fill(submission, contents, catalog, clock):
    """Fill a submission from its contents."""
    for path, message in sorted(contents.refused.items()):
        submission.note("refused", f"{shown(path)}: {message}")
    noted, archives = set(), []
    for path in sorted(contents.files):
        if path.casefold().endswith(".zip") or packed.ending(path):
            archives.append(shown(path))
            submission.note("refused", f"{shown(path)}: an archive inside the submission is not opened")
            noted.add(path)
        elif path.rpartition("/")[2] == NAME:
            verify(submission, contents, path, clock.zone)
            noted.add(path)
    matches, left, unclear = assign(contents.files, catalog, lambda path: _digest(contents, path))
    for path, message in sorted(left.items()):
        submission.note("ignored", f"{shown(path)}: {message}")
    for name, message in unclear.items():
        submission.refused[name] = shown(message, 400)
        submission.note("refused", shown(message, 400), name)
    for name, match in sorted(matches.items()):
        _add_file(submission, contents, name, match)
    _note_refused(submission, contents, catalog)
    noted |= note_notebooks(submission, contents.files, catalog)
    note_loose(submission, contents.files.keys() - noted, catalog)
    if archives and not submission.files and not submission.refused:
        raise Refused(
            f"it holds no file of an exercise, but {archives[0]}, and an archive inside is not opened: "
            "hand in files like u02/ex01_softmax.py in one zip"
        )
    if not submission.files and not submission.refused:
        submission.note("refused", "holds no file of an exercise: names are like u02/ex01_softmax.py")


def _add_file(submission, contents, name, match):
    try:
        data, notes = normalize(contents.read(match.path))
    except Refused as error:
        submission.refused[name] = f"{shown(match.path)} cannot be graded: {error}"
        submission.note("refused", submission.refused[name], name)
        return
    if match.corrected:
        notes = [f"was taken for {name}", *notes]
    for message in notes:
        submission.note("corrected", f"{shown(match.path)} {message}", name)
    submission.files[name] = SubmittedFile(shown(match.path), data, hashlib.sha256(data).hexdigest())


def _note_refused(submission, contents, catalog):
    """Add to each exercise a sentence if its file was refused (a link, a password, twice in the zip)."""
    matches, _, _ = assign(contents.refused, catalog, lambda path: path)
    for name, match in matches.items():
        if name not in submission.files and name not in submission.refused:
            message = contents.refused[match.path]
            submission.refused[name] = f"{shown(match.path)} cannot be graded: {message}"


def _digest(contents, path):
    try:
        return hashlib.sha256(contents.read(path)).hexdigest()
    except Refused as error:
        return str(error) + path
