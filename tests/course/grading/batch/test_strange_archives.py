"""Strange archives: only the damaged member is refused; the other members and students are graded."""

import io
import os
import random
import stat
import struct
import warnings
import zipfile

import pytest

from course import catalog as catalogs
from course.cli.grade import rows
from course.grading.batch import contents, grading_queue
from course.grading.batch.gradebook import Gradebook
from course.grading.batch.intake import read_one
from course.grading.batch.times import from_seconds
from tests.course.grading.batch.killed_grader import grade
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

CENTRE, SCALE = "u01/ex01_centre", "u01/ex02_scale"
TEXT, OTHER = b"def centre(x):\n    return x\n" * 20, b"class Scale:\n    pass\n"


def info(name="u01/ex01_centre.py", extra=b"", mode=0o100644):
    made = zipfile.ZipInfo(name)
    made.compress_type, made.extra, made.create_system = zipfile.ZIP_DEFLATED, extra, 3
    made.external_attr = mode << 16
    return made


def packed(*members):
    """Return a zip of pairs (ZipInfo or name, bytes) and, after them, an honest answer to the second exercise."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns about a repeated name, which is intended here
        for member, data in (*members, ("u01/ex02_scale.py", OTHER)):
            made.writestr(member, data)
    return stream.getvalue()


def changed(local=(), entry=(), member=None, data=TEXT):
    """Return a zip with bytes of the first member's headers changed: pairs (offset, bytes)."""
    whole = bytearray(packed((member or info(), data)))
    for magic, changes in ((b"PK\3\4", local), (b"PK\1\2", entry)):
        begin = whole.index(magic)
        for offset, new in changes:
            whole[begin + offset : begin + offset + len(new)] = new
    return bytes(whole)


def both(at, new, **options):
    """Change a field of both headers; `at` is its offset in the header of the directory."""
    return changed(local=[(at - 2, new)], entry=[(at, new)], **options)


def name_of(new, flag=b"\0\x08"):
    """Return a zip whose first name consists of these bytes, declared as UTF-8 in both headers."""
    member = info("n" * len(new))
    return changed([(6, flag), (30, new)], [(8, flag), (46, new)], member)


def wide(size=None, packed_size=None, offset=None, cut=None):
    """Return a zip whose first entry has a ZIP64 field with sizes or offset, cut after `cut` bytes."""
    fields = b"".join(struct.pack("<Q", value) for value in (size, packed_size, offset) if value is not None)
    extra = struct.pack("<HH", 1, len(fields)) + fields[:cut]
    marks = [
        (place, b"\xff" * 4)
        for place, value in ((24, size), (20, packed_size), (42, offset))
        if value is not None
    ]
    return changed(entry=marks, member=info(extra=extra))


HUGE = struct.pack("<L", 0xFFFFFFF0)
READ, NOT = "its file is used", "no file is used, and a sentence says so"

STRANGE = {
    "month 0, day 0": (both(14, bytes(2)), READ),
    "month 15, day 31": (both(14, b"\xff\xff"), READ),
    "hour 31, second 62": (both(12, b"\xff\xff"), READ),
    "a time long before 1970 in an extra field": (
        changed(member=info(extra=struct.pack("<HHBl", 0x5455, 5, 1, -(2**31)))),
        READ,
    ),
    "a name that is no UTF-8": (name_of(b"u01/ex01_centre\xff.py"), "entry in the zip is damaged"),
    "half a surrogate in a name": (name_of(b"u01/ex01_centre\xed\xa0\x80.py"), "entry in the zip is damaged"),
    "a name in another alphabet": (name_of("u01/δείγμα.py".encode()), NOT),
    "no name": (changed([(26, bytes(2))], [(28, bytes(2))]), NOT),
    "a name of dots": (packed(("././.", TEXT)), NOT),
    "a name of 60,000 characters": (packed((info("-" * 60_000 + ".py"), TEXT)), NOT),
    "a line break and a reversed text in a name": (packed(("u01/ex01_centre\n\u202e.py", TEXT)), READ),
    "a hundred folders": (packed(("a/" * 100 + "ex01_centre.py", TEXT)), READ),
    "a path that leaves": (packed(("../u01/ex01_centre.py", TEXT)), "leaves the submission's folder"),
    "the same name twice": (packed((info(), TEXT), (info(), b"other")), "this name twice"),
    "the same name in capitals": (
        packed((info(), TEXT), (info(info().filename.upper()), b"?")),
        "the same name on many systems",
    ),
    "a symbolic link": (packed((info(mode=stat.S_IFLNK | 0o777), b"/etc/passwd")), "symbolic link"),
    "encrypted": (both(8, b"\1\0"), "password"),
    "encrypted another way": (both(8, b"\x40\0"), "damaged"),
    "a patch of another file": (both(8, b"\x20\0"), "damaged"),
    "AES, method 99": (both(10, b"\x63\0"), "compressed in an unusual way"),
    "a method that does not exist": (both(10, b"\xff\xff"), "compressed in an unusual way"),
    "a version of the future": (both(6, b"\xff\xff"), "damaged"),
    "a size that is too small": (changed(entry=[(24, b"\5\0\0\0")]), "damaged"),
    "a size that is too large": (changed(entry=[(24, b"\0\4\0\0")]), "damaged"),
    "a size of 4 GiB": (changed(entry=[(24, HUGE)]), "hundreds of times its size"),
    "a packed size of 4 GiB": (changed(entry=[(20, HUGE)]), "damaged"),
    "a size of 2^63 bytes": (wide(size=2**63), "hundreds of times its size"),
    "a packed size of 2^63 bytes": (wide(packed_size=2**63), "damaged"),
    "a place behind the end": (wide(offset=2**63 + 5), "damaged"),
    "a cut ZIP64 field": (wide(size=5, cut=3), "damaged"),
    "a cut extra field": (changed(member=info(extra=b"\1\0\xff\xff")), "damaged"),
    "a check sum that is wrong": (both(16, b"abcd"), "damaged"),
    "data that nobody can unpack": (changed(local=[(48, b"\xff" * 20)]), "damaged"),
    "two names for one member": (changed(local=[(34, b"ex02")]), "damaged"),
    "no local header": (changed(local=[(0, b"no!!")]), "damaged"),
    "a name's length that lies": (changed(entry=[(28, b"\xf0\xff")]), READ),
    "a bomb": (packed((info(), bytes(8 << 20))), "hundreds of times its size"),
    "a file of 2 MiB": (packed((info(), random.Random(0).randbytes(2 << 20))), "larger than 1 MiB"),
    "a manifest that says nothing": (packed(("manifest.json", b"[" * 9000), (info(), TEXT)), READ),
    "a manifest of the year 0": (
        packed(("manifest.json", b'{"created": "0000-00-00"}'), (info(), TEXT)),
        READ,
    ),
}


@pytest.fixture(scope="module")
def catalog():
    return catalogs.load(MINI)


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_member_affects_only_itself(tmp_path, catalog, kind):
    data, message = STRANGE[kind]
    (tmp_path / "eve.zip").write_bytes(data)
    one = read_one(tmp_path / "eve.zip", catalog)
    assert one.whole == ""
    assert one.files[SCALE].data == OTHER
    if message == READ:
        assert one.files[CENTRE].data == TEXT
        return
    assert CENTRE not in one.files
    assert one.notes  # there is always a sentence, and one for the exercise if the name can be read
    if message != NOT:
        assert message in one.refused[CENTRE]


def test_a_class_of_strange_archives_is_graded_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(grading_queue, "check", grading_queue.check)
    folder = tmp_path / "in"
    folder.mkdir()
    for kind, (data, _) in STRANGE.items():
        (folder / f"{kind}.zip").write_bytes(data)
    for name, data in {
        "cut": packed()[:-40],
        "empty": b"",
        "no zip": b"hello" * 99,
        "\udcff": packed(),
    }.items():
        (folder / f"{name}.zip").write_bytes(data)
    (folder / "honest.zip").write_bytes(packed((info(), b"e")))
    book, _ = grade(MINI, folder, tmp_path / "out")
    with Gradebook(tmp_path / "out" / "gradebook.sqlite") as gradebook:
        gradebook.write_grades(*rows(book))
    grades = {student.id: student.grades for student in book.students}
    assert len(grades) == len(STRANGE) + 5
    assert [grade.state for grade in grades["honest"]] == ["graded", "graded"]
    assert grades["honest"][0].score == 4
    assert [grades[kind][1].state for kind in STRANGE] == ["graded"] * len(STRANGE)
    assert book.judged


def test_an_exception_while_one_entry_is_read_does_not_stop_the_others(tmp_path, monkeypatch, catalog):
    def falls_over(path):
        raise ArithmeticError("nobody thought of this")

    monkeypatch.setattr("course.grading.batch.intake.read_archive", falls_over)
    (tmp_path / "eve.zip").write_bytes(packed())
    one = read_one(tmp_path / "eve.zip", catalog)
    assert one.whole == "it cannot be read (ArithmeticError: nobody thought of this): look at it by hand"


@pytest.mark.parametrize("seconds", [-(2**63), -(10**12), 10**15, 2**63, float("inf"), float("nan")])
def test_a_time_that_python_cannot_represent_is_none(seconds):
    assert from_seconds(seconds) is None


def test_a_folder_from_the_far_future_is_read(tmp_path, catalog):
    (tmp_path / "eve" / "u01").mkdir(parents=True)
    (tmp_path / "eve" / "u01" / "ex01_centre.py").write_bytes(TEXT)
    with_time = tmp_path / "eve" / "u01" / "ex01_centre.py"
    try:
        os.utime(with_time, (10**12, 10**12))
    except OSError:
        pytest.skip("this file system has no such time")
    assert read_one(tmp_path / "eve", catalog).files[CENTRE].data == TEXT


def test_a_folder_with_strange_names_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(grading_queue, "check", grading_queue.check)
    folder = tmp_path / "in" / "eve\n\udcff" / "u01"
    folder.mkdir(parents=True)
    for name in ("ex01_centre\udcff.py", "ex01_centre.py", "\u202e.py", "-", "é" * 120, "ex02_scale\n.py"):
        (folder / name).write_bytes(TEXT)
    (folder / "ex02_scale\udcff.py").mkdir()
    book, _ = grade(MINI, tmp_path / "in", tmp_path / "out")
    with Gradebook(tmp_path / "out" / "gradebook.sqlite") as gradebook:
        gradebook.write_grades(*rows(book))
    (eve,) = book.students
    assert eve.id == "eve\\u000a\\udcff"
    assert [grade.state for grade in eve.grades] == ["graded", "graded"]


def zip64(data):
    """Rewrite the end of a zip as ZIP64: a 64-bit record, a locator, and only markers in the old record."""
    at = data.rindex(b"PK\5\6")
    _, _, _, here, count, size, start, comment = struct.unpack_from("<4s4H2LH", data, at)
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, here, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    old = struct.pack("<4s4H2LH", b"PK\5\6", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, comment)
    return data[:at] + record + locator + old


def test_zip64_is_read(tmp_path, catalog):
    for name, data in {
        "one file": zip64(packed()),
        "two files": zip64(packed((info(), TEXT))),
        "after other bytes": b"#!/bin/sh\n" + zip64(packed((info(), TEXT))),
        "its sizes in 64 bits": zip64(wide(len(TEXT))),
    }.items():
        (tmp_path / "eve.zip").write_bytes(data)
        one = read_one(tmp_path / "eve.zip", catalog)
        assert (one.whole, one.files[SCALE].data) == ("", OTHER), name
        assert name == "one file" or one.files[CENTRE].data == TEXT, name


def test_zip64_written_by_zipfile_itself(tmp_path, catalog, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    with (
        zipfile.ZipFile(tmp_path / "eve.zip", "w") as made,
        made.open(info(), "w", force_zip64=True) as stream,
    ):
        stream.write(TEXT)
    monkeypatch.undo()
    assert b"PK\6\6" in (tmp_path / "eve.zip").read_bytes()
    assert read_one(tmp_path / "eve.zip", catalog).files[CENTRE].data == TEXT


def test_a_zip64_with_too_many_files_is_not_read(tmp_path, catalog):
    data = bytearray(zip64(packed()))
    at = data.index(b"PK\6\6")
    data[at + 32 : at + 40] = struct.pack("<Q", contents.MEMBERS + 1)
    (tmp_path / "eve.zip").write_bytes(data)
    assert "more than 2000 files" in read_one(tmp_path / "eve.zip", catalog).whole
