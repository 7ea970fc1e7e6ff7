"""What a student handed in, once it has been read, and the notes that an instructor finds in the audit."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

from course.grading.batch.times import FILE


@dataclass(frozen=True, order=True)
class Note:
    """One row of the audit.

    `kind` is one of mended, refused, passed over, manifest, attempt, time, late, identical, unknown, absent, flagged,
    trouble, advisory, and check, which tells the author of a check that it raised an exception.
    """

    student: str
    entry: str
    exercise: str
    kind: str
    text: str


@dataclass(frozen=True)
class SubmittedFile:
    """One exercise's file: where it lay, its bytes as Python will read them, and their hash."""

    path: str
    data: bytes = field(repr=False)
    digest: str

    @property
    def likeness(self):
        """A hash that spaces at the ends of lines and empty lines do not change."""
        lines = [line.rstrip() for line in self.data.split(b"\n")]
        return hashlib.sha256(b"\n".join(line for line in lines if line)).hexdigest()


@dataclass
class Submission:
    """One attempt of one student.

    Attributes:
        student: From the name of the folder or zip, never from what lies in it.
        entry: That name.
        number: The number of the attempt that the name says, or 0.
        received: When it came, as far as is known.
        by: What says so, a name of `times`. The time of a file may be that of the download.
        files: Exercise name → `SubmittedFile`.
        refused: Exercise name → sentence: something was there for it, but cannot be graded.
        whole: Sentence if the submission as a whole was refused, else "".
        notes: List of `Note`.
        backend: What the manifest says it was tried on, else "".
        created: When the manifest says that it was made, or None.
    """

    student: str
    entry: str
    number: int = 0
    received: datetime | None = None
    by: str = ""
    files: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    whole: str = ""
    notes: list = field(default_factory=list)
    backend: str = ""
    created: datetime | None = None

    @property
    def timed(self):
        """Somebody said when it came; else there is the time of a file at most, which says little."""
        return self.by not in ("", FILE)

    def note(self, kind, text, exercise=""):
        """Add a row for the audit."""
        self.notes.append(Note(self.student, self.entry, exercise, kind, text))


def shown(text, limit=200):
    """Return a name as it may be shown anywhere: characters that hide or reorder others are written out."""
    text = unicodedata.normalize("NFC", str(text))
    kept = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else f"\\u{ord(c):04x}"
        for c in text
    )
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def identity(text):
    """Return the name of a student. Long ones are cut so that different names stay different."""
    whole = shown(text, 10_000)
    if len(whole) <= 100:
        return whole
    return f"{whole[:89]}…{hashlib.sha256(whole.encode()).hexdigest()[:10]}"
