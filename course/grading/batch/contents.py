"""What was found in one submission, be it a zip or a folder: paths that may be read, and paths that may not."""

from dataclasses import dataclass, field

FILE_BYTES = 1 << 20  # the largest file that is ever read: a source text
MEMBERS = 2000
TOTAL_BYTES = 128 << 20
DEPTH = 8
SKIPPED = {"__macosx", "__pycache__", "node_modules", "site-packages"}


class Refused(Exception):
    """A submission that is not opened at all; the message is one sentence."""


@dataclass
class Contents:
    """Files by path.

    Attributes:
        files: path with slashes → function that returns the bytes; raises `Refused` if they cannot be had.
        refused: path → sentence.
        modified: when the submission was last written, in seconds since 1970.
    """

    files: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)
    modified: float = 0.0

    def refuse(self, path, message):
        """Note a path that is not read, and forget a reader that it may have had."""
        self.files.pop(path, None)
        self.refused[path] = message

    def read(self, path):
        """Return the bytes of a file.

        Raises:
            Refused: They cannot be had.
        """
        return self.files[path]()


def skipped(parts):
    """Tell whether a path is a system's litter (`__MACOSX`, `.DS_Store`, caches): passed over without a word."""
    return any(
        part.casefold() in SKIPPED or part.startswith(".") for part in parts if part not in (".", "..")
    )
