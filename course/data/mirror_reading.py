"""A mirror: the folder or URL in ``COURSE_MIRROR``, such as a summer school's USB stick or server."""

import io
import os
import urllib.parse
import urllib.request
from pathlib import Path

from course import paths
from course.data import cache, container, transfer
from course.data.errors import DataError
from course.data.verify import Place, refused


def address():
    """Return ``COURSE_MIRROR``, or an empty string."""
    return os.environ.get("COURSE_MIRROR", "").strip()


def holds(card):
    """Tell whether the mirror has a file for this set, without opening it."""
    file = _file(card)
    if isinstance(file, str):
        return transfer.exists(file)
    return file is not None and os.path.lexists(file)


def read(card):
    """Return the verified arrays of a set, or None when the mirror does not have it.

    Raises:
        DataRefused: the mirror's file differs from its card.
        Unreachable: the mirror does not answer.
    """
    file = _file(card)
    place = Place(f"{file} in the mirror", "It was not changed: tell the person who maintains the mirror.")
    if isinstance(file, Path):
        return cache.read_file(file, card, place) if os.path.lexists(file) else None
    if file is None:
        return None
    try:
        content = transfer.download(file, container.limit(card))
    except transfer.NotThere:
        return None
    except transfer.TooLong as error:
        raise refused(card, place, str(error)) from error
    return container.read(io.BytesIO(content), card, place)


def _file(card):
    """Return the set's file in the mirror: a Path, a URL, or None without a mirror."""
    mirror = address()
    if not mirror:
        return None
    scheme, separator, _ = mirror.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        return f"{mirror.rstrip('/')}/{card.file}"
    if separator and scheme.lower() == "file":
        return Path(urllib.request.url2pathname(urllib.parse.urlsplit(mirror).path)) / card.file
    if separator:
        raise DataError(f"COURSE_MIRROR is {mirror!r}; it must be a folder or an http, https or file URL.")
    return paths.expanded(mirror) / card.file
