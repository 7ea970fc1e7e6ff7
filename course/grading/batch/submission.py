"""A submission after it has been read, and the notes for the instructor in the audit."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from course.grading.batch.times import FILE


@dataclass(frozen=True, order=True)
class Note:
    """One row of the audit.

    `kind` is one of corrected, refused, ignored, manifest, attempt, time, late, identical, unknown, namesake, absent,
    flagged, one backend, trouble, advisory, marked, not applied (a mark), and check: a note to the author
    of a check that raised an exception.
    """

    student: str
    entry: str
    exercise: str
    kind: str
    text: str


@dataclass(frozen=True)
class SubmittedFile:
    """The file of one exercise: its path, its normalized bytes, and their hash."""

    path: str
    data: bytes = field(repr=False)
    digest: str

    @property
    def likeness(self):
        """A hash that ignores empty lines and spaces at the ends of lines."""
        lines = [line.rstrip() for line in self.data.split(b"\n")]
        return hashlib.sha256(b"\n".join(line for line in lines if line)).hexdigest()


@dataclass
class Submission:
    """One attempt of one student.

    Attributes:
        student: The student from the name of the folder or zip, never from its contents.
        entry: The name of the folder or zip.
        number: The number of the attempt in the name, or 0.
        received: The time of the submission, or None.
        by: The source of this time, a name in `times`. The time of a file may be that of the download.
        told: The time that the learning platform wrote, or None.
        marked_late: True if the platform calls the submission late without a time.
        names: All names of the student: the one in the name of the entry, and those in the roster.
        paths: The names of its folder or files, as they stand in the folder of submissions.
        files: Exercise name → `SubmittedFile`.
        refused: Exercise name → sentence: its file cannot be graded.
        whole: Sentence if the submission as a whole was refused, else "".
        uncounted: Sentence if the submission is one attempt too many, else "".
        notes: List of `Note`.
        backend: The backend in the manifest, else "".
        created: The time in the manifest, or None.
    """

    student: str
    entry: str
    number: int = 0
    received: datetime | None = None
    by: str = ""
    told: datetime | None = None
    marked_late: bool = False
    names: tuple = ()
    paths: tuple = ()
    files: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    whole: str = ""
    uncounted: str = ""
    notes: list = field(default_factory=list)
    backend: str = ""
    created: datetime | None = None

    @property
    def timed(self):
        """True if the time comes from another source than the file, whose time may be that of the download."""
        return self.by not in ("", FILE)

    @property
    def listed(self):
        """All names by which a list of times can mean it, the most exact ones first."""
        places = [shown(name) for name in self.paths]
        whole = dict.fromkeys((self.entry, *places))
        stems = [name[:-4] for name in whole if name.casefold().endswith(".zip")]
        return tuple(dict.fromkeys((*whole, *stems, self.student, *self.names)))

    def note(self, kind, text, exercise=""):
        """Add a row for the audit."""
        self.notes.append(Note(self.student, self.entry, exercise, kind, text))


def shown(text, limit=200):
    """Return a name for messages: characters that hide or reorder others are replaced by their codes."""
    text = unicodedata.normalize("NFC", str(text))
    kept = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else f"\\u{ord(c):04x}"
        for c in text
    )
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def identity(text):
    """Return the name of a student. A long name is cut and gets a hash, so that different names stay different."""
    whole = shown(text, 10_000)
    if len(whole) <= 100:
        return whole
    return f"{whole[:89]}…{hashlib.sha256(whole.encode()).hexdigest()[:10]}"


def folded(text):
    """Return a text that is equal for names that differ only in capitals or in the form of their characters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()
