"""Archives that are made to mislead or to fill the memory: refused, or read as what they are, and quickly."""

import io
import struct
import time
import zipfile
import zlib

import pytest

from course import catalog as catalogs
from course.grading.batch.intake import read_one
from tests.course.grading.batch.test_strange_archives import CENTRE, OTHER, SCALE, TEXT, info, packed
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent
NO_FILES = struct.pack("<4s4H2LH", b"PK\5\6", *[0] * 7)


def overlapping(count, size=1 << 20):
    """Return a zip whose members are all one and the same compressed piece, in a directory of `count` entries."""
    plain, squeeze = bytes(size), zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel, check = squeeze.compress(plain) + squeeze.flush(), zlib.crc32(plain)
    data = (
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, check, len(kernel), size, 4, 0) + b"a.py" + kernel
    )
    head = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, check, len(kernel), size, 11, *[0] * 4, 0, 0
    )
    entries = b"".join(head + b"u01/%04x.py" % (i % 65536) for i in range(count))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count % 65536, count % 65536, len(entries), len(data), 0)
    return data + entries + end


def commented(comment):
    stream = io.BytesIO(packed((info(), TEXT)))
    with zipfile.ZipFile(stream, "a") as made:
        made.comment = comment
    return stream.getvalue()


def nested(depth):
    data = packed((info(), TEXT))
    for _ in range(depth):
        data = packed((info("inner.zip"), data))
    return data


class Pipe(io.RawIOBase):
    """A stream without positions: zipfile writes the sizes behind each member."""

    def __init__(self):
        super().__init__()
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def piped():
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("u01/ex01_centre.py", TEXT)
        made.writestr("u01/ex02_scale.py", OTHER)
    return bytes(pipe.data)


READ = {
    "a comment like an end": commented(b"words" + NO_FILES),
    "a comment like a damaged end": commented(b"PK\5\6" + b"\xff" * 30),
    "a comment like half an end": commented(b"PK\5\6"),
    "a comment of many ends": commented(b"PK\5\6" * 20),
    "sizes behind the members": piped(),
    "bytes before": b"#!/bin/sh\n" * 100 + packed((info(), TEXT)),
    "bytes behind": packed((info(), TEXT)) + b"words" * 50,
    "two zips": packed((info(), b"another")) + packed((info(), TEXT)),
}
# Functions: the data would otherwise be made whenever tests are collected.
REFUSED = {
    "overlapping members": (lambda: overlapping(1990), "would unpack to 1990 MiB"),
    "too many overlapping members": (lambda: overlapping(60_000), "more than 2000 files"),
    "no files": (lambda: NO_FILES, "holds no file"),
    "only ends": (lambda: b"PK\5\6" * 10_000, "more than 2000 files"),
}


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Function of the bytes of a zip that returns what is handed in; it fails if that takes long."""
    path, catalog = tmp_path_factory.mktemp("zips") / "eve.zip", catalogs.load(MINI)

    def read(data):
        path.write_bytes(data)
        began = time.process_time()
        one = read_one(path, catalog)
        assert time.process_time() - began < 3
        return one

    return read


@pytest.mark.parametrize("kind", READ)
def test_what_looks_strange_and_is_whole_is_read(read, kind):
    one = read(READ[kind])
    assert (one.files[CENTRE].data, one.files[SCALE].data) == (TEXT, OTHER)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_fills_the_memory_is_not_unpacked(read, kind):
    make, message = REFUSED[kind]
    one = read(make())
    assert not one.files
    assert message in " ".join([one.whole, *(note.text for note in one.notes)])


def test_a_nested_zip_is_not_opened_at_any_depth(read):
    one = read(nested(30))
    assert list(one.files) == [SCALE]
    assert ["inner.zip" in note.text for note in one.notes] == [True]
