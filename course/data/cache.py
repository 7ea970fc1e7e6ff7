"""The cache: verified content on this machine, in the folder ``COURSE_CACHE`` or ``~/.cache/medl-course``.

If the user has no home folder, as in a container with a numeric user, there is a cache only if ``COURSE_CACHE`` names
its folder.
"""

import os

from course import paths
from course.data import container
from course.data.verify import Place, refused


def folder():
    """Return the folder of the cache, or None if there is none."""
    if named := os.environ.get("COURSE_CACHE"):
        return paths.expanded(named)
    home = paths.home()
    return home and home / ".cache" / "medl-course"


def path(card):
    """Return where the cache keeps, or would keep, a set; None where there is no cache."""
    return folder() and folder() / card.file


def read(card):
    """Return the verified arrays of a set, or None when it is not cached.

    Raises:
        DataRefused: the file exists but differs from its card. It is not changed.
    """
    file = path(card)
    if file is None or not os.path.lexists(file):
        return None
    place = Place(
        f"the cached file {file}",
        f"It was not changed: delete it, or call course.data.load({card.name!r}, refresh=True).",
    )
    return read_file(file, card, place)


def read_file(file, card, place, read=container.read):
    """Return what ``read(stream, card, place)`` makes of a file on a disk: the verified arrays of an ``.npz`` file."""
    if not file.is_file():
        raise refused(card, place, "it is no regular file")
    try:
        with file.open("rb") as stream:
            return read(stream, card, place)
    except OSError as error:
        raise refused(card, place, f"it cannot be read ({error.strerror})") from error


def write(card, arrays):
    """Keep verified arrays. If the cache cannot be written, the reason is returned."""
    file = path(card)
    if file is None:
        return "not cached: this user has no home folder; set COURSE_CACHE to a folder that may be written"
    try:
        container.write(file, arrays)
    except OSError as error:
        why = error.strerror or error
        return f"not cached: {file} cannot be written ({why}); set COURSE_CACHE to another folder"
    return ""
