"""Compares a submission with its manifest.json, which `course submit` wrote. A manifest proves nothing."""

import hashlib
import json

from course.errors import CourseError
from course.grading.batch.contents import Refused
from course.grading.batch.submission import folded, shown
from course.grading.batch.times import read_time

NAME = "manifest.json"
MANIFEST_BYTES = 256 << 10


def verify(submission, contents, path, zone=None):
    """Add notes about the differences between the manifest at `path` and the submission, and read its time."""
    about = _read(submission, contents, path)
    if about is None:
        return
    student = about.get("student")
    known = {folded(name) for name in (submission.student, *submission.names)}
    if isinstance(student, str) and student and folded(student) not in known:
        submission.note("manifest", f"names the student {shown(student, 80)}; the name of the entry counts")
    if isinstance(about.get("backend"), str):
        submission.backend = shown(about["backend"], 20)
    created = about.get("created")
    if isinstance(created, str):
        try:
            made = read_time(created, zone)
            submission.created = max(made, submission.created or made)
        except CourseError:
            submission.note("manifest", f"contains a time that cannot be read: {shown(created, 40)}")
    files = about.get("files")
    if not isinstance(files, dict) or len(files) > 500:
        submission.note("manifest", "lists no files; it is ignored")
        return
    folder = path[: -len(NAME)]
    for name, digest in sorted(files.items()):
        there = next((p for p in (folder + name, folder + "work/" + name) if p in contents.files), None)
        if there is None:
            submission.note("manifest", f"lists {shown(name)}, which is not there")
            continue
        try:
            same = hashlib.sha256(contents.read(there)).hexdigest() == digest
        except Refused:
            continue
        if not same:
            submission.note("manifest", f"{shown(name)} was changed after `course submit`")


def _read(submission, contents, path):
    try:
        data = contents.read(path)
        about = json.loads(data.decode()) if len(data) <= MANIFEST_BYTES else None
    except (Refused, ValueError, RecursionError):
        about = None
    if not isinstance(about, dict):
        submission.note("manifest", "cannot be read; it is ignored")
        return None
    return about
