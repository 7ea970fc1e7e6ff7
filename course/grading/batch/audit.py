"""Rows of the audit that depend on deadline, roster or several submissions: late, attempts, identical files, absent."""

from course.grading.batch.source import normalize
from course.grading.batch.submission import Note, SubmittedFile, folded
from course.grading.batch.times import FILE, MANIFEST
from course.words import several

_NAMED = 8  # maximal number of names in one sentence
_ASK = "add a column received to the roster, --received, or @time to a name"


def lateness(submission, deadline, enrolled):
    """Return the seconds after the deadline, or 0; a student's own deadline replaces that of the class.

    A submission that the learning platform marks as late without a time is one second late.
    """
    extension = enrolled.deadline if enrolled is not None else None
    if submission.marked_late and not submission.timed:
        return 0 if extension else 1  # the platform does not know of the extension
    own = extension or deadline
    if own is None or submission.received is None:
        return 0
    return max(0, int((submission.received - own).total_seconds()))


def counts_as_late(submission, seconds, policy):
    """Tell whether a policy counts these seconds; the time of a file counts only with `times=file`."""
    return seconds > 0 and (submission.timed or submission.marked_late or policy.times == "file")


def late_notes(submissions, seconds, policy):
    """Return a note for each submission that is late or may be late; `seconds` is a function of a submission."""
    notes = []
    for s in submissions:
        if not seconds(s):
            continue
        if s.marked_late and not s.timed:
            message = "is marked as late by the learning platform, which does not say by how much"
            notes.append(Note(s.student, s.entry, "", "late", message))
            continue
        message = f"came {_duration(seconds(s))} after the deadline"
        if s.timed:
            message += " by its own manifest.json, made on the student's machine" if s.by == MANIFEST else ""
            notes.append(Note(s.student, s.entry, "", "late", message))
            continue
        message = f"{message} by the time of its file, which may be that of the download"
        if counts_as_late(s, seconds(s), policy):
            notes.append(
                Note(s.student, s.entry, "", "late", f"{message}; it counts, since the policy is times=file")
            )
        else:
            notes.append(Note(s.student, s.entry, "", "time", f"{message}, so it does not count as late"))
    return notes


def time_notes(submissions):
    """Return notes with the number of submissions whose times are unknown, or known only from their manifests."""
    unknown = sum(not s.timed for s in submissions)
    own = sum(s.by == MANIFEST for s in submissions)
    message = []
    if unknown:
        of = f"{unknown} of {several(len(submissions), 'submission')}"
        message.append(
            f"{of}: their submission times are not known, and the time of a file may be that of the download; {_ASK}"
        )
    if own:
        of = f"{own} of {several(len(submissions), 'submission')}"
        message.append(
            f"{of}: only their own manifest.json, made on the student's machine, says when they were submitted; {_ASK}"
        )
    return [Note("", "", "", "time", text) for text in message]


def list_notes(received, submissions, people):
    """Return a note about the names in the list of times that mean no submission and no person of the roster."""
    known = {name for s in submissions for name in s.listed}
    lost = [name for name in received if name not in known and people.find(name)[0] is None]
    if not lost:
        return []
    more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
    names = f"{several(len(lost), 'name')} that no submission has: {', '.join(lost[:_NAMED])}{more}"
    return [Note("", "", "", "time", f"the list of times has {names}")]


def attempt_notes(submissions):
    """Return a note for each attempt of students who submitted more than once."""
    notes, by = [], {}
    for s in submissions:
        by.setdefault(s.student, []).append(s)
    for attempts in by.values():
        for number, s in enumerate(attempts if len(attempts) > 1 else (), 1):
            when = s.received.isoformat(timespec="seconds") if s.received else "at an unknown time"
            when += f", by the time of {FILE}" if s.by == FILE else ""
            when += f": {s.uncounted}" if s.uncounted else ""
            notes.append(
                Note(s.student, s.entry, "", "attempt", f"attempt {number} of {len(attempts)}, {when}")
            )
    return notes


def identical_notes(submissions, exercises):
    """Return notes about files that are equal, except for spaces, for several students; they cost no points."""
    notes, by = [], {}
    for s in submissions:
        for exercise in exercises:
            if exercise.name in s.files:
                by.setdefault((exercise.name, s.files[exercise.name].likeness), {}).setdefault(s.student, s)
    stubs = {(e.name, SubmittedFile("", normalize(e.stub.read_bytes())[0], "").likeness) for e in exercises}
    for (exercise, likeness), sharing in by.items():
        if len({s.entry for s in sharing.values()}) < 2 or (exercise, likeness) in stubs:
            continue  # one entry of several students is a group
        for student, s in sharing.items():
            others = [other for other, theirs in sharing.items() if theirs.entry != s.entry]
            more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
            message = f"is the same file as that of {', '.join(others[:_NAMED])}{more}"
            notes.append(Note(student, s.entry, exercise, "identical", message))
    return notes


def alike_notes(submissions):
    """Return notes about students whose names differ only in capitals or in the form of their characters."""
    spellings = {}
    for s in submissions:
        spellings.setdefault(folded(s.student), {}).setdefault(s.student, s)
    notes = []
    for students in spellings.values():
        for student, s in students.items() if len(students) > 1 else ():
            others = " and ".join(other for other in students if other != student)
            message = f"is spelled like {others} except for capitals or the form of characters; two students"
            notes.append(Note(student, s.entry, "", "namesake", message))
    return notes


def roster_notes(submissions, roster, refuse):
    """Return notes about students who are not on the roster, and about students who submitted nothing."""
    submitted = {s.student for s in submissions}
    message = "is not on the roster and was not graded" if refuse else "is not on the roster"
    notes = [Note(s.student, s.entry, "", "unknown", message) for s in submissions if s.student not in roster]
    absent = [name for name in roster if name not in submitted]
    return notes + [Note(name, "", "", "absent", "handed in nothing") for name in absent]


def flag_notes(student):
    """Return notes about forbidden shortcuts, functions of one backend, and checks that raised an exception."""
    notes = []
    for grade in student.grades:
        faults = [
            f"{part['name']}: {part['fault']}"
            for report in grade.reports.values()
            for part in report["parts"]
            if part.get("fault")
        ]
        for text in dict.fromkeys(faults):
            notes.append(Note(student.id, grade.entry, grade.exercise.name, "check", text))
        for key, kind in (("flags", "flagged"), ("notes", "one backend")):
            found = [str(text) for report in grade.reports.values() for text in report.get(key) or ()]
            for text in dict.fromkeys(found):
                notes.append(Note(student.id, grade.entry, grade.exercise.name, kind, text))
    return notes


def _duration(seconds):
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    pieces = [(days, "d"), (hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in pieces if count)
