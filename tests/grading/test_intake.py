"""What is handed in, read without trust: every crafted zip and folder ends in a sentence, never in a file on disk."""

import hashlib
import io
import json
import os
import random
import struct
import warnings
import zipfile

import pytest

from course import catalog as catalogs
from course.errors import CourseError
from course.grading.batch import archive, contents
from course.grading.batch.intake import read_one, read_submissions
from course.grading.batch.naming import match, normal
from course.grading.batch.roster import read_roster
from course.grading.batch.source import mend
from course.grading.batch.submission import Submission, shown
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.once

CENTRE, SCALE = "u01/ex01_centre", "u01/ex02_scale"
TEXT = b"def centre(x):\n    return x\n"


@pytest.fixture(scope="module")
def catalog():
    return catalogs.load(MINI)


@pytest.fixture
def handed_in(tmp_path, catalog):
    """Function of the entries of a zip, pairs (name or ZipInfo, bytes), that returns the submission."""

    def make(*members, name="alice.zip", change=lambda data: data, **options):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", **options) as made, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile warns of a name that is there twice: it is meant
            for member, data in members:
                made.writestr(member, data)
        folder = tmp_path / "handed_in"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(change(stream.getvalue()))
        before = sorted(tmp_path.rglob("*"))
        submission = read_one(folder / name, catalog)
        assert sorted(tmp_path.rglob("*")) == before  # nothing was unpacked
        return submission

    return make


def special(name, mode):
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def said(submission, kind=None):
    return " | ".join(note.text for note in submission.notes if kind in (None, note.kind))


def test_an_honest_zip(handed_in):
    one = handed_in(
        ("u01/ex01_centre.py", TEXT), ("u01/ex01_centre.md", b"task"), ("u01/ex02_scale.py", b"x = 1\n")
    )
    assert (one.student, one.whole, one.refused, one.notes) == ("alice", "", {}, [])
    assert one.files[CENTRE].data == TEXT
    assert one.files[CENTRE].digest == hashlib.sha256(TEXT).hexdigest()
    assert one.files[SCALE].path == "u01/ex02_scale.py"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("../u01/ex01_centre.py", "leaves the submission's folder"),
        ("u01/../../../u01/ex01_centre.py", "leaves the submission's folder"),
        ("..\\..\\u01\\ex01_centre.py", "leaves the submission's folder"),
        ("/u01/ex01_centre.py", "absolute"),
        ("C:\\u01\\ex01_centre.py", "absolute"),
        ("//server/u01/ex01_centre.py", "absolute"),
        (special("u01/ex01_centre.py", 0o120777), "symbolic link"),
        (special("u01/ex01_centre.py", 0o010644), "no ordinary file"),
        (special("u01/ex01_centre.py", 0o020644), "no ordinary file"),
    ],
)
def test_paths_that_lead_elsewhere_are_not_read(handed_in, name, says):
    one = handed_in((name, b"/etc/passwd"), ("u01/ex02_scale.py", TEXT))
    assert list(one.files) == [SCALE]  # the rest of the submission counts
    assert says in one.refused[CENTRE]
    assert says in said(one, "refused")


def test_a_name_with_a_zero_byte(handed_in):
    one = handed_in(
        ("u01/ex01_centre.pyX", TEXT), change=lambda data: data.replace(b"centre.pyX", b"centre.py\0")
    )
    assert one.files == {}
    assert "zero byte" in said(one)


def test_a_name_that_is_there_twice(handed_in):
    one = handed_in(("u01/ex01_centre.py", b"a = 1\n"), ("u01/./ex01_centre.py", b"a = 2\n"))
    assert one.files == {}
    assert "twice" in one.refused[CENTRE]


def encrypted(data):
    """Set the flag of encryption in the local header and in the directory."""
    data = bytearray(data)
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(magic) + place] |= 1
    return bytes(data)


def test_an_encrypted_file(handed_in):
    one = handed_in(("u01/ex01_centre.py", TEXT), change=encrypted)
    assert "password" in one.refused[CENTRE]


def test_an_unusual_compression(handed_in):
    one = handed_in(("u01/ex01_centre.py", TEXT * 50), compression=zipfile.ZIP_LZMA)
    assert "compressed in an unusual way" in one.refused[CENTRE]


def test_a_bomb_by_ratio(handed_in):
    one = handed_in(("u01/ex01_centre.py", bytes(8 << 20)), compression=zipfile.ZIP_DEFLATED)
    assert "hundreds of times its size" in one.whole
    assert one.files == {}


def test_a_bomb_by_total(handed_in, monkeypatch):
    noise = random.Random(0).randbytes(1 << 16)
    monkeypatch.setattr(archive, "TOTAL_BYTES", 10 << 16)
    assert handed_in(*((f"{i}.bin", noise) for i in range(10))).whole == ""
    assert "would unpack to" in handed_in(*((f"{i}.bin", noise) for i in range(11))).whole


def test_a_bomb_by_count(handed_in):
    files = ((f"d/{i}.py", b"") for i in range(contents.MEMBERS + 1))
    assert "more than 2000 files" in handed_in(*files).whole


def directory(count, size):
    """Rewrite what the last record of a zip says about its directory."""

    def change(data):
        at = data.rindex(b"PK\5\6")
        return data[: at + 8] + struct.pack("<HHL", count, count, size) + data[at + 16 :]

    return change


def test_a_directory_that_lies(handed_in):
    assert "more than 2000 files" in handed_in(("a", b""), change=directory(1, 1 << 30)).whole
    assert "more than 2000 files" in handed_in(("a", b""), change=directory(0xFFFF, 50)).whole
    assert "no zip that can be read" in handed_in(("a", b""), change=directory(1, 20)).whole


def test_a_size_that_lies(handed_in):
    def smaller(data):
        wrong = struct.pack("<L", 10)
        for magic, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
            at = data.index(magic) + place
            data = data[:at] + wrong + data[at + 4 :]
        return data

    one = handed_in(("u01/ex01_centre.py", TEXT * 100), change=smaller, compression=zipfile.ZIP_DEFLATED)
    assert "cannot be graded" in one.refused[CENTRE]


def test_damaged_and_absent_zips(handed_in):
    assert "no zip" in handed_in(("a", b""), change=lambda data: b"hello").whole
    assert "no zip" in handed_in(("a", b""), change=lambda data: b"").whole
    assert "no zip" in handed_in(("u01/ex01_centre.py", TEXT), change=lambda data: data[:-30]).whole
    broken = handed_in(("u01/ex01_centre.py", TEXT), change=lambda data: data.replace(b"return", b"retern"))
    assert "damaged inside the zip" in broken.refused[CENTRE]


def test_random_damage_never_raises(handed_in):
    chance = random.Random(1)

    def damage(data):
        data = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data)

    for _ in range(150):
        one = handed_in(("u01/ex01_centre.py", TEXT), ("u01/ex02_scale.py", TEXT * 40), change=damage)
        assert isinstance(one, Submission)


def test_large_files_and_zips(handed_in, monkeypatch):
    noise = random.Random(0).randbytes(contents.FILE_BYTES + 1)
    assert "larger than 1 MiB" in handed_in(("u01/ex01_centre.py", noise)).refused[CENTRE]
    monkeypatch.setattr(archive, "ARCHIVE_BYTES", 1 << 20)
    assert "larger than 1 MiB" in handed_in(("u01/ex01_centre.py", noise)).whole


def test_a_zip_in_a_zip_is_not_opened(handed_in):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("u01/ex01_centre.py", TEXT)
    one = handed_in(("work.zip", inner.getvalue()))
    assert one.files == {}
    assert "not opened" in said(one)
    assert "holds no file of an exercise" in said(one)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "bob"
    (path / "u01").mkdir(parents=True)
    (path / "u01" / "ex02_scale.py").write_bytes(TEXT)
    return path


def test_links_in_folders_are_not_followed(folder, tmp_path, catalog):
    secret = tmp_path / "ex01_centre.py"
    secret.write_bytes(TEXT)
    (tmp_path / "u09").mkdir()
    (tmp_path / "u09" / "ex01_centre.py").write_bytes(TEXT)
    (folder / "u01" / "ex01_centre.py").symlink_to(secret)
    (folder / "more").symlink_to(tmp_path / "u09", target_is_directory=True)
    one = read_one(folder, catalog)
    assert list(one.files) == [SCALE]
    assert "symbolic link" in one.refused[CENTRE]
    assert "more: it is a symbolic link" in said(one)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_waited_for(folder, catalog):
    os.mkfifo(folder / "u01" / "ex01_centre.py")
    assert "no ordinary file" in read_one(folder, catalog).refused[CENTRE]


def test_folders_with_too_much(folder, catalog, monkeypatch):
    (folder / "u01" / "ex01_centre.py").write_bytes(b"#" * (contents.FILE_BYTES + 1))
    assert "larger than 1 MiB" in read_one(folder, catalog).refused[CENTRE]
    deep = folder.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "ex01_centre.py").write_bytes(TEXT)
    assert "folders deep" in said(read_one(folder, catalog))
    with monkeypatch.context() as patched:
        patched.setattr("course.grading.batch.folder.TOTAL_BYTES", 1 << 20)
        assert "more than 1 MiB" in read_one(folder, catalog).whole
    monkeypatch.setattr("course.grading.batch.folder.MEMBERS", 5)
    assert "more than 5 files" in read_one(folder, catalog).whole


def test_an_entry_that_is_a_link_or_no_submission(tmp_path, catalog):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "carol").symlink_to(tmp_path, target_is_directory=True)
    (folder / "dave.rar").write_bytes(b"Rar!")
    (folder / "notes.txt").write_text("hello")
    (folder / ".hidden").write_text("")
    submissions, notes = read_submissions(folder, catalog)
    assert submissions == []
    assert [(n.entry, n.kind) for n in notes] == [
        ("carol", "refused"),
        ("dave.rar", "refused"),
        ("notes.txt", "passed over"),
    ]
    with pytest.raises(CourseError, match="There is no folder"):
        read_submissions(tmp_path / "none", catalog)


@pytest.mark.parametrize(
    ("path", "mended"),
    [
        ("u01/ex01_centre.py", False),
        ("ex01_centre.py", False),
        ("work/u01/ex01_centre.py", False),
        ("alice/work/u01_mini/ex01_centre.py", False),
        ("U1/Ex01-Centre (1).py", True),
        ("unit 1/ex01 centre.PY", True),
        ("u01/ex1.py", True),
        ("u01/centre.py", True),
        ("u01/ex01_center.py", True),
        ("u01/Copy of ex01_centre.py", True),
        ("u01/ex01_centre - Kopie.py", True),
        ("u01/ex01_centre.py.txt", True),
        ("u01/sub/ex01_centre.py", True),
        ("u07/ex01_centre.py", False),  # there is no unit 7: as if it lay flat
        ("ex02_centre.py", True),  # the slug is that of exercise 1
        ("ex01-centre.py", True),
    ],
)
def test_names_are_mended(catalog, path, mended):
    found = match(path, catalog)
    assert (found.exercise.name, found.mended) == (CENTRE, mended)


@pytest.mark.parametrize(
    "path", ["helpers.py", "u01/ex01_centre.md", "units/u01_mini/centre.py", "u01/notes.ipynb"]
)
def test_other_files_are_left_alone(catalog, path):
    assert match(path, catalog) is None


def test_an_exercise_that_does_not_exist_is_said(catalog):
    assert "none of the course's exercises" in match("u01/ex07_other.py", catalog)
    assert normal("Ex01-Softmax (1)") == "ex01_softmax"


def test_two_files_for_one_exercise(handed_in):
    one = handed_in(("u01/ex01_centre.py", TEXT), ("u01/ex01_centre (1).py", b"a = 1\n"))
    assert one.files[CENTRE].path == "u01/ex01_centre.py"
    assert "passed over" in said(one)
    one = handed_in(("u01/Ex01_centre.py", TEXT), ("u01/ex01_centre (1).py", b"a = 1\n"))
    assert "hand in one of them" in one.refused[CENTRE]
    one = handed_in(("u01/Ex01_centre.py", TEXT), ("u01/ex01_centre (1).py", TEXT))
    assert one.files[CENTRE].data == TEXT


def test_encodings(handed_in):
    text = "# Größe\n" + TEXT.decode()
    for data, says in (
        (b"\xef\xbb\xbf" + text.encode(), "byte order mark"),
        (text.replace("\n", "\r\n").encode(), "line ends"),
        (text.replace("\n", "\r").encode(), "line ends"),
        (text.encode("utf-16"), "UTF-16"),
    ):
        one = handed_in(("u01/ex01_centre.py", data))
        assert one.files[CENTRE].data == text.encode()
        assert says in said(one, "mended")
    for data, says in (
        (text.encode("latin-1"), "line 1 is not UTF-8"),
        (b"\xff\xfe\x00", "none"),
        (b"x = 1\0", "zero bytes"),
        (b"\x89PNG\r\n\x1a\n\xff", "line"),
    ):
        one = handed_in(("u01/ex01_centre.py", data))
        assert one.files == {}
        assert says in one.refused[CENTRE]
    declared = b"# -*- coding: latin-1 -*-\n# Gr\xf6\xdfe\n"
    assert mend(declared) == (declared, [])


def test_a_manifest_is_compared_and_not_believed(handed_in):
    manifest = {
        "student": "mallory",
        "backend": "jax",
        "files": {
            "u01/ex01_centre.py": "0" * 64,
            "u01/ex02_scale.py": hashlib.sha256(TEXT).hexdigest(),
            "x.py": "1",
        },
    }
    one = handed_in(
        ("manifest.json", json.dumps(manifest)), ("u01/ex01_centre.py", TEXT), ("u01/ex02_scale.py", TEXT)
    )
    assert one.student == "alice"
    assert len(one.files) == 2
    assert said(one, "manifest") == (
        "names the student mallory; the name of the entry counts | "
        "u01/ex01_centre.py was changed after `course submit` | lists x.py, which is not there"
    )
    assert one.backend == "jax"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"files": 3}', "[" * 100_000, '{"files": {"a": null}}', "\xff"]
)
def test_a_broken_manifest_costs_nothing(handed_in, text):
    one = handed_in(("manifest.json", text), ("u01/ex01_centre.py", TEXT))
    assert one.files[CENTRE].data == TEXT
    assert said(one, "manifest")


def test_students_and_attempts_by_name(tmp_path, catalog):
    for name in ("ann", "ann@2", "ann@2026-11-20T18", "bob (1)", "bob", "eve@soon"):
        (tmp_path / name / "u01").mkdir(parents=True)
        (tmp_path / name / "u01" / "ex01_centre.py").write_bytes(TEXT)
        os.utime(tmp_path / name / "u01" / "ex01_centre.py", (10**9, 10**9))
    submissions, _ = read_submissions(tmp_path, catalog)
    assert [(s.student, s.entry) for s in submissions] == [
        ("ann", "ann"),
        ("ann", "ann@2"),
        ("ann", "ann@2026-11-20T18"),
        ("bob", "bob"),
        ("bob", "bob (1)"),
        ("eve", "eve@soon"),
    ]
    assert submissions[2].received.hour == 18
    assert submissions[0].received.timestamp() == 10**9
    assert "no number and no time" in said(submissions[-1])


def test_names_that_hide_or_reorder_are_written_out():
    assert shown("a\u202eb\x1b[31m\n") == "a\\u202eb\\u001b[31m\\u000a"
    assert shown("Zoë") == "Zoë"
    assert shown("\udcff") == "\\udcff"
    assert len(shown("x" * 1000)) == 200


def test_a_roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(
        b"\xef\xbb\xbfName;Student;Deadline\r\nAnn;ann;2026-11-20T18:00+00:00\r\n;bob;\r\n;;\r\n"
    )
    roster = read_roster(path)
    assert list(roster) == ["ann", "bob"]
    assert (roster["ann"].name, roster["ann"].deadline.timestamp()) == ("Ann", 1795197600)
    assert roster["bob"].deadline is None
    for text, says in (("a,b\n1,2\n", "column called student"), ("student\na\na\n", "twice")):
        path.write_text(text)
        with pytest.raises(CourseError, match=says):
            read_roster(path)
    path.write_text("student,deadline\na,soon\n")
    with pytest.raises(CourseError, match="no date and time"):
        read_roster(path)
    with pytest.raises(CourseError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
