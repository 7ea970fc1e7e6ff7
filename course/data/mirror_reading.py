"""A mirror: the folder or URL in ``COURSE_MIRROR``, such as a summer school's USB stick or server."""

import io
import os
import urllib.parse
import urllib.request
from pathlib import Path

from course import paths
from course.data import cache, container, texts, transfer
from course.data.errors import DataError
from course.data.verify import Place, check, refused


def address():
    """Return ``COURSE_MIRROR``, or an empty string."""
    return os.environ.get("COURSE_MIRROR", "").strip()


def holds(card):
    """Tell whether the mirror has a file for this set, without opening it."""
    return _there(_file(card.file)) or (bool(card.raw) and all(_there(_file(f)) for f in card.raw.values()))


def read(card):
    """Return the verified arrays of a set, or None when the mirror does not have it.

    A mirror that ``course.data.mirror`` wrote has one ``.npz`` file for a set; a mirror made by hand may hold the plain
    files of a text set instead.

    Raises:
        DataRefused: the mirror's file differs from its card.
        Unreachable: the mirror does not answer.
    """
    file = _file(card.file)
    if file is None:
        return None
    place = _place(file)
    if isinstance(file, Path) and os.path.lexists(file):
        return cache.read_file(file, card, place)
    content = _content(file, card, container.limit(card))
    return _raw(card) if content is None else container.read(io.BytesIO(content), card, place)


def _raw(card):
    """Return the arrays from plain files, or None when the mirror lacks one of them."""
    arrays = {}
    for name, plain in card.raw.items():
        file, spec = _file(plain), card.arrays[name]
        content = _content(file, card, container.limit(card))
        if content is None:
            return None
        try:
            arrays[name] = texts.raw_array(content, plain, spec)
        except ValueError as error:
            raise refused(card, _place(file), str(error)) from error
    if not arrays:
        return None
    check(card, arrays, _place(" and ".join(str(_file(plain)) for plain in card.raw.values())))
    return arrays


def _content(file, card, limit):
    """Return the bytes of a file in the mirror, or None when it is not there."""
    if isinstance(file, Path):
        if not os.path.lexists(file):
            return None
        try:
            if not file.is_file():
                raise refused(card, _place(file), "it is no regular file")
            if file.stat().st_size > limit:
                raise refused(card, _place(file), f"it has more than {limit} bytes")
            return file.read_bytes()
        except OSError as error:
            raise refused(card, _place(file), f"it cannot be read ({error.strerror})") from error
    try:
        return transfer.download(file, limit)
    except transfer.NotThere:
        return None
    except transfer.TooLong as error:
        raise refused(card, _place(file), str(error)) from error


def _place(file):
    return Place(f"{file} in the mirror", "It was not changed: tell the person who maintains the mirror.")


def _there(file):
    """Tell whether a file is there, without opening it."""
    if isinstance(file, str):
        return transfer.exists(file)
    return file is not None and os.path.lexists(file)


def _file(name):
    """Return a file in the mirror: a Path, a URL, or None without a mirror."""
    mirror = address()
    if not mirror:
        return None
    scheme, separator, _ = mirror.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        return f"{mirror.rstrip('/')}/{name}"
    if separator and scheme.lower() == "file":
        return Path(urllib.request.url2pathname(urllib.parse.urlsplit(mirror).path)) / name
    if separator:
        raise DataError(f"COURSE_MIRROR is {mirror!r}; it must be a folder or an http, https or file URL.")
    return paths.expanded(mirror) / name
