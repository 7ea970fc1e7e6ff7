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
    arrays = _opened(file, card, container.read)
    return _raw(card) if arrays is None else arrays


def _raw(card):
    """Return the arrays from plain files, or None when the mirror lacks one of them."""
    arrays, limit = {}, container.limit(card)
    for name, plain in card.raw.items():

        def read_text(stream, card, place, plain=plain, spec=card.arrays[name]):
            if stream.seek(0, os.SEEK_END) > limit:
                raise refused(card, place, f"it has more than {limit} bytes")
            stream.seek(0)
            try:
                return texts.raw_array(stream.read(), plain, spec)
            except ValueError as error:
                raise refused(card, place, str(error)) from error

        arrays[name] = _opened(_file(plain), card, read_text)
        if arrays[name] is None:
            return None
    if not arrays:
        return None
    check(card, arrays, _place(" and ".join(str(_file(plain)) for plain in card.raw.values())))
    return arrays


def _opened(file, card, read):
    """Return what ``read(stream, card, place)`` makes of a file in the mirror, or None when it is not there."""
    place = _place(file)
    if isinstance(file, Path):
        return cache.read_file(file, card, place, read) if os.path.lexists(file) else None
    try:
        content = transfer.download(file, container.limit(card))
    except transfer.NotThere:
        return None
    except transfer.TooLong as error:
        raise refused(card, place, str(error)) from error
    return read(io.BytesIO(content), card, place)


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
