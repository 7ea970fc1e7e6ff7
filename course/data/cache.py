"""The cache: verified content on this machine, in the folder ``COURSE_CACHE`` or ``~/.cache/medl-course``."""

import os
from pathlib import Path

from course.data import container
from course.data.verify import Place, refused


def path(card):
    """Return where the cache keeps, or would keep, a set."""
    folder = os.environ.get("COURSE_CACHE") or os.path.join("~", ".cache", "medl-course")
    return Path(folder).expanduser() / card.file


def read(card):
    """Return the verified arrays of a set, or None when it is not cached.

    Raises:
        DataRefused: the file is there but is not what the card says. It is left as it is.
    """
    file = path(card)
    if not os.path.lexists(file):
        return None
    place = Place(
        f"the cached file {file}",
        f"It was left untouched: delete it, or call course.data.load({card.name!r}, refresh=True).",
    )
    return read_file(file, card, place)


def read_file(file, card, place):
    """Return the verified arrays of a file on a disk."""
    if not file.is_file():
        raise refused(card, place, "it is no regular file")
    try:
        with file.open("rb") as stream:
            return container.read(stream, card, place)
    except OSError as error:
        raise refused(card, place, f"it cannot be read ({error.strerror})") from error


def write(card, arrays):
    """Keep verified arrays. A cache that cannot be written is no reason to fail: the reason is returned."""
    try:
        container.write(path(card), arrays)
    except OSError as error:
        return f"not cached: {path(card)} cannot be written ({error.strerror or error})"
    return ""
