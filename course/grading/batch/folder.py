"""Reads a submitted folder: it follows no link, opens only ordinary files, and checks the limits of sizes."""

import os
import stat

from course.grading.batch.contents import DEPTH, FILE_BYTES, MEMBERS, TOTAL_BYTES, Contents, Refused, skipped
from course.grading.batch.submission import folded


def read_folder(folder):
    """Return the `Contents` of a folder.

    Raises:
        Refused: The folder contains too many or too large files.
    """
    contents, count, total, spellings = Contents(), 0, 0, {}
    waiting = [(folder, ())]
    while waiting:
        place, parts = waiting.pop()
        for entry in _listed(place, contents, parts):
            path = (*parts, entry.name)
            if skipped(path):
                continue
            count += 1
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                contents.refuse("/".join(path), f"it cannot be read ({error.strerror})")
                continue
            if entry.is_symlink():
                contents.refuse("/".join(path), "it is a symbolic link: hand in the file itself")
            elif stat.S_ISDIR(status.st_mode):
                if len(path) >= DEPTH:
                    contents.refuse("/".join(path), f"it is more than {DEPTH} folders deep")
                else:
                    waiting.append((entry.path, path))
            elif not stat.S_ISREG(status.st_mode):
                contents.refuse("/".join(path), "it is not an ordinary file")
            else:
                total += status.st_size if status.st_size <= FILE_BYTES else 0  # larger ones are never read
                contents.modified = max(contents.modified, status.st_mtime)
                spellings.setdefault(folded("/".join(path)), []).append("/".join(path))
                contents.files["/".join(path)] = lambda where=entry.path: read_file(where)
            if count > MEMBERS:
                raise Refused(f"the folder holds more than {MEMBERS} files: hand in the folder work/ only")
            if total > TOTAL_BYTES:
                raise Refused(f"the folder holds more than {TOTAL_BYTES >> 20} MiB: hand in work/ only")
    contents.refuse_twins(spellings, "the folder")
    return contents


def _listed(place, contents, parts):
    try:
        with os.scandir(place) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        contents.refuse("/".join(parts) or ".", f"it cannot be read ({error.strerror})")
        return []


def read_file(path):
    """Return the bytes of an ordinary file, without waiting for a pipe or following a link."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        with os.fdopen(os.open(path, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused("it is not an ordinary file")
            if status.st_size > FILE_BYTES:
                raise Refused(f"it is larger than {FILE_BYTES >> 20} MiB: is it the right file?")
            data = stream.read(FILE_BYTES + 1)
    except OSError as error:
        raise Refused(f"it cannot be read ({error.strerror})") from None
    if len(data) > FILE_BYTES:
        raise Refused(f"it is larger than {FILE_BYTES >> 20} MiB: is it the right file?")
    return data
