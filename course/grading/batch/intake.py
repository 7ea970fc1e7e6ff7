"""Reads a folder of submissions, one folder or zip for each student, without trusting its files.

The name of an entry is the student's name: `alice.zip`, `alice/`, `alice@uni.edu.zip`. Suffixes of browsers are removed
(`alice (1).zip`), and a number or a time after the last `@` is an attempt: `alice@2.zip`,
`alice@uni.edu@2026-11-20T18.zip`. Names that Moodle, Canvas and Gradescope give to downloads are recognized. A roster
says which student a name means. Nothing is unpacked to disk. An error in an entry affects only this entry.
"""

import os
import re
import stat
import unicodedata
from itertools import groupby
from pathlib import Path

from course.errors import CourseError
from course.grading.batch import packed, times
from course.grading.batch.archive import read_archive
from course.grading.batch.contents import Contents, Refused
from course.grading.batch.filling import Clock, complete
from course.grading.batch.folder import read_file, read_folder
from course.grading.batch.naming import is_notebook
from course.grading.batch.submission import Note, Submission, identity, shown
from course.grading.platforms import downloads, gradescope_folder
from course.grading.platforms.people import People

_COPY = re.compile(r"[\s_]*\((\d{1,2})\)$")
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_DATE = re.compile(r"\d{4}-?\d\d-?\d\d(?!\d)", re.ASCII)


_NO_TIMES, _NOBODY = Clock(), People({})


def read_submissions(folder, catalog, clock=_NO_TIMES, people=_NOBODY):
    """Read every submission; `people` are the persons of the roster.

    Returns:
        List of `Submission`, sorted by student and attempt, and a list of `Note` about entries that are none.

    Raises:
        CourseError: The folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        if folder.is_file() and (folder.suffix.casefold() == ".zip" or packed.ending(folder.name)):
            raise CourseError(f"{folder} is an archive: unpack it, and name the folder that it makes.")
        raise CourseError(f"There is no folder {folder}: it should hold a folder or a zip for each student.")
    folder, exported = gradescope_folder.find(downloads.inside(folder), clock.zone)
    found, downloaded = [], {}
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if name.startswith(".") or name in ("__MACOSX", gradescope_folder.NAME if exported else ""):
            continue
        download = downloads.parse(unicodedata.normalize("NFC", name), path.is_dir())
        if name in exported and path.is_dir() and not path.is_symlink():
            found += _exported(path, exported[name], catalog, clock, people)
        elif download and not path.is_symlink() and people.find(path.stem)[0] is None:
            downloaded.setdefault(download.label, []).append((path, download))
        else:
            found.append(read_one(path, catalog, clock, people))
    owners = _owners(downloaded, people)
    found += [
        _downloaded(pairs, owners[label], catalog, clock, people) for label, pairs in downloaded.items()
    ]
    submissions = [one for one in found if isinstance(one, Submission)]
    return _in_order(submissions), [one for one in found if not isinstance(one, Submission)]


def _exported(path, submitted, catalog, clock, people):
    """Return the submissions in a folder of Gradescope, one for each member of a group."""
    submissions = []
    for person in submitted.persons or [{}]:
        names = [text for text in (person.get("email"), person.get("sid"), person.get("name")) if text]
        student = next((s for s, _ in map(people.find, names) if s), None)
        submission = _empty(student, (names or [path.name])[0], path.name, people)
        submission.told = submitted.created
        submissions.append(complete(submission, lambda: _read(path), path, catalog, clock))
    return submissions


def _owners(downloaded, people):
    """Return label → (student or None, sentence): by the number of the platform, else by the name.

    A name does not count if another submission belongs to the same student: everybody may choose a name.
    """
    owners, numbered = {}, set()
    for label, pairs in downloaded.items():
        one = pairs[0][1]
        student, message = people.of_file(one.platform, one.number), ""
        if student is not None:
            numbered.add(label)
        for name in one.names:
            if student is None:
                student, said = people.find(name)
                message = message or said
        owners[label] = student, message
    labels = {}
    for label, (student, _) in owners.items():
        labels.setdefault(student, []).append(label)
    for student, several in labels.items():
        for label in several if student is not None and len(several) > 1 else ():
            if label not in numbered:
                other = next(name for name in several if name != label)
                owners[label] = (
                    None,
                    f"fits {student} of the roster by the name, and so does {other}: rename it",
                )
    return owners


def _downloaded(pairs, owner, catalog, clock, people):
    """Return the submission that Moodle or Canvas named, from pairs (path, `Download`) with the same label."""
    (student, message), one = owner, pairs[0][1]
    submission = _empty(student, one.label, one.label, people)
    submission.paths = tuple(path.name for path, _ in pairs)
    submission.marked_late = any(download.late for _, download in pairs)
    if message and student is None:
        submission.note("namesake", f"{one.name} {message}")
    texts = [path.name for path, download in pairs if download.text]
    for name in texts:
        submission.note("ignored", f"{shown(name)}: a text that was typed on the platform is not graded")
    files = [(path, download.file or path.name) for path, download in pairs if not download.text]
    newest = max((path for path, _ in pairs), key=lambda path: path.lstat().st_mtime)
    return complete(submission, lambda: _together(files), newest, catalog, clock)


def _together(files):
    """Return the `Contents` of pairs (path, name) of files or folders that are one submission."""
    if len(files) == 1 and (files[0][0].is_dir() or files[0][1].casefold().endswith(".zip")):
        path = files[0][0]
        return _read(path) if path.is_dir() else read_archive(path)
    contents = Contents()
    for path, name in files:
        if path.is_dir():
            inside = read_folder(path)
            contents.files |= {f"{name}/{inner}": read for inner, read in inside.files.items()}
            contents.refused |= {f"{name}/{inner}": why for inner, why in inside.refused.items()}
            contents.modified = max(contents.modified, inside.modified)
            continue
        if not path.is_file():
            contents.refuse(name, "it is not an ordinary file")
            continue
        name = path.name if name in contents.files else name
        contents.files[name] = lambda path=path: read_file(path)
        contents.modified = max(contents.modified, path.lstat().st_mtime)
    return contents


def read_one(path, catalog, clock=_NO_TIMES, people=_NOBODY):
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
    submission = _named(path, path.name if is_folder else path.name[: -len(ending)], clock, people)

    def read():
        if not is_folder and not zipped:
            raise Refused(packed.by_name(path.name))
        return _read(path) if is_folder else read_archive(path)

    return complete(submission, read, path, catalog, clock)


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


def _named(path, stem, clock, people=_NOBODY):
    """Return an empty submission with the student and the attempt from a name."""
    copy = _COPY.search(stem)
    stem = _COPY.sub("", stem).strip() or stem
    before, _, behind = stem.rpartition("@")
    number, dated = bool(_NUMBER.fullmatch(behind)), bool(_DATE.match(behind))
    student = before if before and (number or dated) else stem
    named = identity(student)
    student, message = people.find(named)
    submission = _empty(student, named, path.name, people)
    if message:
        submission.note("corrected" if student else "namesake", f"{named} {message}")
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


def _empty(student, named, entry, people):
    """Return an empty submission of a student of the roster, or of the student with the name `named`."""
    names = (identity(named), *people.names(student)) if student else (identity(named),)
    return Submission(identity(student or named), shown(entry), names=names)


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
