"""The files of one submission, a zip or a folder: paths that may be read, and paths that are refused."""

from dataclasses import dataclass, field

from course.grading.batch.submission import shown

FILE_BYTES = 1 << 20  # a larger file is never read: answers are source texts
MEMBERS = 2000
TOTAL_BYTES = 128 << 20
DEPTH = 8
SKIPPED = {"__macosx", "__pycache__", "node_modules", "site-packages"}


class Refused(Exception):
    """A submission or a file is not read; the message is one sentence."""


@dataclass
class Contents:
    """Files by path.

    Attributes:
        files: path with slashes → function that returns the bytes and raises `Refused` if they cannot be read.
        refused: path → sentence.
        modified: time of the last change of the submission, in seconds since 1970.
    """

    files: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    modified: float = 0.0

    def refuse(self, path, message):
        """Add a path that is not read, and remove it from `files`."""
        self.files.pop(path, None)
        self.refused[path] = message

    def refuse_twins(self, spellings, where):
        """Refuse paths that are one file on many systems; `spellings` maps a folded path to a list of paths."""
        for paths in spellings.values():
            first, *others = dict.fromkeys(paths)
            if len(paths) > 1 and not others:
                self.refuse(first, f"{where} contains this name twice: hand in each file once")
            for path in (first, *others) if others else ():
                twin = next(other for other in (first, *others) if other != path)
                name = shown(twin)
                if name == shown(
                    path
                ):  # they look alike, so the codes of their characters say which one it is
                    name = twin.encode("ascii", "backslashreplace").decode()
                message = f"{where} also contains {name}, which has the same name on many systems"
                self.refuse(path, f"{message}: hand in one of them")

    def read(self, path):
        """Return the bytes of a file.

        Raises:
            Refused: The bytes cannot be read.
        """
        return self.files[path]()


def skipped(parts):
    """Tell whether a path belongs to the system (`__MACOSX`, `.DS_Store`, caches) and is ignored without a note."""
    return any(
        part.casefold() in SKIPPED or part.startswith(".") for part in parts if part not in (".", "..")
    )
