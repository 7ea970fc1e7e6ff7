"""Files of arrays (``.npz``): untrusted when they are read, written completely or not at all."""

import os
import tempfile
import textwrap
import warnings
import zipfile

import numpy as np

from course.data.verify import check, form, refused

HEADER = 4096  # bytes: a .npy header takes 128
DIRECTORY = 65536  # bytes: a directory of ten members takes 600


class _Wrong(Exception):
    """What is wrong with a file, in words."""


def limit(card):
    """Return the most bytes that a file of this card may have: its arrays as they are, and headers."""
    return card.bytes + HEADER * len(card.arrays) + DIRECTORY


def read(stream, card, place):
    """Read and verify a card's arrays from an open ``.npz`` file that is not trusted.

    Before anything is unpacked, the file's directory is compared with the card: its size, its members' names,
    their declared sizes and how they are packed. No more bytes of a member are unpacked than the card's array
    has. Pickles are not opened.

    Returns:
        Dictionary of name → NumPy array.

    Raises:
        DataRefused: names the place and what is wrong.
    """
    try:
        size = stream.seek(0, os.SEEK_END)
        if size > limit(card):
            raise _Wrong(f"it has {size} bytes, but the card's arrays fill only {card.bytes}")
        _check_directory(stream, size)
        with zipfile.ZipFile(stream) as archive:
            members = _members(archive, card)
            arrays = {name: _member(archive, members[name], spec) for name, spec in card.arrays.items()}
    except _Wrong as error:
        raise refused(card, place, str(error)) from None
    except Exception as error:  # all exceptions of zipfile, zlib and NumPy's parser for an invalid file
        reason = textwrap.shorten(str(error), 200) or type(error).__name__
        raise refused(card, place, f"it is no whole .npz file ({reason})") from error
    check(card, arrays, place)
    return arrays


def write(path, arrays, compressed=False):
    """Write arrays to ``path`` so that a reader never sees an incomplete file.

    The file is written under another name in the same folder and is renamed when it is complete and on the disk.
    If two processes do this at once, the last one wins, and the file is complete.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            (np.savez_compressed if compressed else np.savez)(stream, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(part, 0o644)  # mkstemp makes files that only the user can read; others read a mirror
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _check_directory(stream, size):
    """Check the length of the directory before zipfile reads it: a zip bomb can consist of names alone.

    A zip file without a comment ends with a record of 22 bytes; one with a directory of more than 4 GiB has
    another, 20 bytes before it.
    """
    stream.seek(max(0, size - 42))
    tail = stream.read()
    end = tail[-22:]
    if not (len(end) == 22 and end.startswith(b"PK\x05\x06") and end.endswith(b"\0\0")):
        raise _Wrong("it is no whole .npz file (its end is missing)")
    if int.from_bytes(end[12:16], "little") > DIRECTORY or tail.startswith(b"PK\x06\x07"):
        raise _Wrong("its directory is far too long")
    stream.seek(0)


def _members(archive, card):
    """Check each member's name, packing and declared size, and return array name → member."""
    found = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        if name not in card.arrays or info.filename != f"{name}.npy":
            raise _Wrong(f"it has an unexpected member {info.filename[:60]!r}")
        if name in found:
            raise _Wrong(f"it has two members {info.filename!r}")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Wrong(f"{info.filename} is packed in an unusual way")
        if info.file_size > card.arrays[name].bytes + HEADER:
            raise _Wrong(
                f"{info.filename} unpacks to {info.file_size} bytes, its array has {card.arrays[name].bytes}"
            )
        found[name] = info
    missing = [name for name in card.arrays if name not in found]
    if missing:
        raise _Wrong(f"it lacks {', '.join(missing)}")
    return found


def _member(archive, info, spec):
    """Read one array: the header is checked first, then exactly the card's bytes are read."""
    with archive.open(info) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # headers that Python 2 wrote are fine
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise _Wrong(f"{info.filename} is of the unknown version {version}")
        header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = header[version](stream)
        complaint = form(spec, dtype, shape)
        if complaint:
            raise _Wrong(complaint)
        body = bytearray(stream.read(spec.bytes + 1))
    if len(body) != spec.bytes:
        raise _Wrong(f"{info.filename} has {len(body)} bytes of content or more, the card says {spec.bytes}")
    flat = np.frombuffer(body, dtype=dtype)
    return np.ascontiguousarray(flat.reshape(shape[::-1]).T) if fortran else flat.reshape(shape)
