"""Fills a submission from its files: the answers, a note about every other file, and the time of the submission."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from course.grading.batch import packed, times
from course.grading.batch.contents import Refused
from course.grading.batch.loose import note_loose, note_notebooks
from course.grading.batch.manifest import NAME, verify
from course.grading.batch.naming import assign
from course.grading.batch.source import normalize
from course.grading.batch.submission import Note, SubmittedFile, shown
from course.words import several

_MANIFESTS = 8  # maximal number that is read: one for each folder that a student may have packed
# maximal number of rows of one kind in the audit: of a submission, and of one of its exercises
_ROWS = 100, 10


@dataclass(frozen=True)
class Clock:
    """The instructor's information about times: the time zone (None: of this machine), and name → time of arrival."""

    zone: object = None
    received: dict = field(default_factory=dict)


def complete(submission, read, path, catalog, clock):
    """Fill a submission from the `Contents` that `read` returns, and set its time; `path` has the time of the file."""
    modified = 0.0
    submission.paths = submission.paths or (path.name,)
    try:
        modified = path.lstat().st_mtime
        contents = read()
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
    submission.notes = _abridged(submission)
    _date(submission, modified, clock)
    return submission


def _abridged(submission):
    """Return the notes of a submission, at most so many of a kind as `_ROWS` says, and how many more there were."""
    kept, counts = [], Counter()
    for note in submission.notes:
        counts[note.kind, note.exercise] += 1
        if counts[note.kind, note.exercise] <= _ROWS[bool(note.exercise)]:
            kept.append(note)
    for (kind, exercise), count in counts.items():
        if (more := count - _ROWS[bool(exercise)]) > 0:
            text = f"{several(more, 'more row')} like these"
            kept.append(Note(submission.student, submission.entry, exercise, kind, text))
    return kept


def _date(submission, modified, clock):
    """Set the time of arrival and its source: the name, the instructor's list, the manifest, or the file."""
    if submission.received is not None:
        return
    listed = next((clock.received[name] for name in submission.listed if name in clock.received), None)
    if listed is not None:
        submission.received, submission.by = listed, times.LIST
    elif submission.told is not None:
        submission.received, submission.by = submission.told, times.PLATFORM
    elif submission.created is not None:
        submission.received, submission.by = submission.created, times.MANIFEST
    else:
        submission.received = times.from_seconds(modified, clock.zone)
        submission.by = times.FILE if submission.received is not None else ""


def _fill(submission, contents, catalog, clock):
    """Fill a submission from its contents."""
    for path, message in sorted(contents.refused.items()):
        submission.note("refused", f"{shown(path)}: {message}")
    noted, archives, manifests = set(), [], []
    for path in sorted(contents.files):
        if path.casefold().endswith(".zip") or packed.ending(path):
            archives.append(shown(path))
            submission.note("refused", f"{shown(path)}: an archive inside the submission is not opened")
            noted.add(path)
        elif path.rpartition("/")[2] == NAME:
            manifests.append(path)
            noted.add(path)
    manifests.sort(key=lambda path: (path.count("/"), path))
    for path in manifests[:_MANIFESTS]:
        verify(submission, contents, path, clock.zone)
    if len(manifests) > _MANIFESTS:
        submission.note("manifest", f"{len(manifests) - _MANIFESTS} more files of this name are not read")
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
