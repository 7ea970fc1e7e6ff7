"""Submissions are not trusted: every crafted zip or folder gets a sentence, and nothing is written to disk."""

import hashlib
import io
import json
import os
import random
import struct
import warnings
import zipfile
from datetime import UTC

import pytest

from course import catalog as catalogs
from course.errors import CourseError
from course.grading.batch import archive, audit, contents
from course.grading.batch.exports import file_names
from course.grading.batch.grade import Settings
from course.grading.batch.intake import Clock, read_one, read_submissions
from course.grading.batch.naming import match, normal
from course.grading.batch.roster import read_received, read_roster
from course.grading.batch.source import normalize
from course.grading.batch.submission import Submission, identity, shown
from course.grading.batch.times import read_time, read_zone, shown_time
from course.grading.platforms.people import People
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

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
            warnings.simplefilter("ignore")  # zipfile warns about a repeated name, which is intended here
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


def notes_of(submission, kind=None):
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
    ("name", "message"),
    [
        ("../u01/ex01_centre.py", "leaves the submission's folder"),
        ("u01/../../../u01/ex01_centre.py", "leaves the submission's folder"),
        ("..\\..\\u01\\ex01_centre.py", "leaves the submission's folder"),
        ("/u01/ex01_centre.py", "absolute"),
        ("C:\\u01\\ex01_centre.py", "absolute"),
        ("//server/u01/ex01_centre.py", "absolute"),
        (special("u01/ex01_centre.py", 0o120777), "symbolic link"),
        (special("u01/ex01_centre.py", 0o010644), "not an ordinary file"),
        (special("u01/ex01_centre.py", 0o020644), "not an ordinary file"),
    ],
)
def test_paths_that_lead_elsewhere_are_not_read(handed_in, name, message):
    one = handed_in((name, b"/etc/passwd"), ("u01/ex02_scale.py", TEXT))
    assert list(one.files) == [SCALE]  # the rest of the submission counts
    assert message in one.refused[CENTRE]
    assert message in notes_of(one, "refused")


def test_a_name_with_a_zero_byte(handed_in):
    one = handed_in(
        ("u01/ex01_centre.pyX", TEXT), change=lambda data: data.replace(b"centre.pyX", b"centre.py\0")
    )
    assert one.files == {}
    assert "zero byte" in notes_of(one)


def test_a_name_that_is_there_twice(handed_in):
    one = handed_in(("u01/ex01_centre.py", b"a = 1\n"), ("u01/./ex01_centre.py", b"a = 2\n"))
    assert one.files == {}
    assert "twice" in one.refused[CENTRE]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ex01_centre.py", "EX01_Centre.py"),
        ("größe/ex01_centre.py", "gro\u0308ße/ex01_centre.py"),  # another form of ö
        ("GRÖSSE/ex01_centre.py", "größe/ex01_centre.py"),
        ("ﬁt/ex01_centre.py", "fit/ex01_centre.py"),
    ],
)
def test_names_that_are_equal_on_many_systems_are_refused_by_name(handed_in, tmp_path, catalog, one, two):
    """Also if only one of them would be taken for the exercise: nobody can say which file the student meant."""
    submission = handed_in(
        (f"u01/{one}", b"a = 1\n"), (f"u01/{two}", b"a = 2\n"), ("u01/ex02_scale.py", TEXT)
    )
    assert list(submission.files) == [SCALE]
    told = notes_of(submission, "refused")
    assert told.count("which has the same name on many systems: hand in one of them") >= 2
    assert (shown(f"u01/{two}") if "\u0308" not in two else r"gro\u0308\xdfe") in told
    for name, text in ((one, "a = 1\n"), (two, "a = 2\n")):
        (tmp_path / "kim" / "u01" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kim" / "u01" / name).write_text(text)
    if len(list((tmp_path / "kim").rglob("*.[pP][yY]"))) == 2:  # this file system has both
        assert "the folder also contains" in notes_of(read_one(tmp_path / "kim", catalog), "refused")


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
    assert "hundreds of times its size" in one.refused[CENTRE]
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
    """Change the numbers about the directory in the last record of a zip."""

    def change(data):
        at = data.rindex(b"PK\5\6")
        return data[: at + 8] + struct.pack("<HHL", count, count, size) + data[at + 16 :]

    return change


def test_a_directory_with_wrong_numbers(handed_in):
    assert "more than 2000 files" in handed_in(("a", b""), change=directory(1, 1 << 30)).whole
    assert "more than 2000 files" in handed_in(("a", b""), change=directory(0xFFFF, 50)).whole
    assert "not a zip that can be read" in handed_in(("a", b""), change=directory(1, 20)).whole


def test_a_member_with_a_wrong_size(handed_in):
    def smaller(data):
        wrong = struct.pack("<L", 10)
        for magic, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
            at = data.index(magic) + place
            data = data[:at] + wrong + data[at + 4 :]
        return data

    one = handed_in(("u01/ex01_centre.py", TEXT * 100), change=smaller, compression=zipfile.ZIP_DEFLATED)
    assert "cannot be graded" in one.refused[CENTRE]


def test_damaged_and_absent_zips(handed_in):
    assert "not a zip" in handed_in(("a", b""), change=lambda data: b"hello").whole
    assert "not a zip" in handed_in(("a", b""), change=lambda data: b"").whole
    assert "not a zip" in handed_in(("u01/ex01_centre.py", TEXT), change=lambda data: data[:-30]).whole
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
    assert "not opened" in notes_of(one)
    assert "holds no file of an exercise" in notes_of(one)


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
    assert "more: it is a symbolic link" in notes_of(one)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_waited_for(folder, catalog):
    os.mkfifo(folder / "u01" / "ex01_centre.py")
    assert "not an ordinary file" in read_one(folder, catalog).refused[CENTRE]


def test_folders_with_too_much(folder, catalog, monkeypatch):
    (folder / "u01" / "ex01_centre.py").write_bytes(b"#" * (contents.FILE_BYTES + 1))
    assert "larger than 1 MiB" in read_one(folder, catalog).refused[CENTRE]
    deep = folder.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    (deep / "ex01_centre.py").write_bytes(TEXT)
    assert "folders deep" in notes_of(read_one(folder, catalog))
    (folder / "numbers.bin").write_bytes(b"#" * contents.FILE_BYTES)
    with monkeypatch.context() as patched:
        patched.setattr("course.grading.batch.folder.TOTAL_BYTES", 1 << 20)
        assert "more than 1 MiB" in read_one(folder, catalog).whole
    monkeypatch.setattr("course.grading.batch.folder.MEMBERS", 5)
    assert "more than 5 files" in read_one(folder, catalog).whole


def test_an_entry_that_is_a_link_or_no_submission(tmp_path, catalog):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "carol").symlink_to(tmp_path, target_is_directory=True)
    (folder / "notes.txt").write_text("hello")
    (folder / "ex01_centre.py").write_text("hello")
    (folder / "bob.ipynb").write_text("{}")
    (folder / ".hidden").write_text("")
    submissions, notes = read_submissions(folder, catalog)
    assert submissions == []
    assert [(n.entry, n.kind) for n in notes] == [
        ("bob.ipynb", "refused"),
        ("carol", "refused"),
        ("ex01_centre.py", "refused"),
        ("notes.txt", "ignored"),
    ]
    assert [n.text.partition(":")[0] for n in notes if "single file" in n.text] == [
        "is a single file without a student's name"
    ] * 2
    (tmp_path / "all.zip").write_bytes(b"PK")
    with pytest.raises(CourseError, match="is an archive: unpack it"):
        read_submissions(tmp_path / "all.zip", catalog)
    with pytest.raises(CourseError, match="There is no folder"):
        read_submissions(tmp_path / "none", catalog)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("dave.rar", b"Rar!", "a RAR archive"),
        ("dave.tar.gz", b"\x1f\x8b", "a tar archive"),
        ("dave.TGZ", b"", "a tar archive"),
        ("dave (1).7z", b"", "a 7-Zip archive"),
        ("dave.zip", b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        ("dave.zip", b"\x1f\x8b\x08\x00", "a gzip or tar.gz archive"),
    ],
)
def test_an_archive_that_is_not_a_zip_is_a_refused_submission(name, data, kind, tmp_path, catalog):
    (tmp_path / name).write_bytes(data)
    (one,), notes = read_submissions(tmp_path, catalog)
    assert (one.student, notes) == ("dave", [])
    assert one.whole == f"it is {kind}, which is not opened: hand in a zip"
    assert notes_of(one, "refused") == one.whole


def test_archives_inside_a_submission(tmp_path, catalog, handed_in):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("u01/ex01_centre.py", TEXT)
    (tmp_path / "alice" / "answers").mkdir(parents=True)
    (tmp_path / "alice" / "answers" / "My work.ZIP").write_bytes(inner.getvalue())
    one = read_one(tmp_path / "alice", catalog)
    assert (one.student, one.whole, one.notes) == (
        "alice",
        "",
        [],
    )  # a zip that is the only file of a folder is the submission
    assert one.files[CENTRE].data == TEXT
    (tmp_path / "alice" / "answers" / "more.tar.gz").write_bytes(b"\x1f\x8b")
    assert (
        "it holds no file of an exercise, but answers/My work.ZIP"
        in read_one(tmp_path / "alice", catalog).whole
    )
    nested = handed_in(("inner.zip", inner.getvalue()))
    assert "but inner.zip, and an archive inside is not opened" in nested.whole
    beside = handed_in(("inner.rar", b"Rar!"), ("ex01_centre.py", TEXT))
    assert (list(beside.files), beside.whole) == ([CENTRE], "")
    assert "inner.rar: an archive inside the submission is not opened" in notes_of(beside)


@pytest.mark.parametrize(
    ("path", "corrected"),
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
        ("u07/ex01_centre.py", False),  # there is no unit 7, so the folder is ignored
        ("ex02_centre.py", True),  # exercise 1 has this slug
        ("ex01-centre.py", True),
        *(
            (f"{folder}/u01/ex01_centre.py", False)
            for folder in ("course", "tests", "units", "runs", "slides", "venv")
        ),
        *((f"{folder}/ex01_centre.py", False) for folder in ("course", "work", "tests", "units")),
        ("course/work/u01/ex01_centre.py", False),
        ("my course/course/tests/work/u01/ex01_centre.py", False),
        ("course/work/u01/centre.py", True),
        ("tests/u01/ex1.py", True),
    ],
)
def test_similar_names_are_recognized(catalog, path, corrected):
    found = match(path, catalog)
    assert (found.exercise.name, found.corrected) == (CENTRE, corrected)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "helpers.py",
            "u01/ex01_centre.md",
            "units/u01_mini/centre.py",
            "u01/notes.ipynb",
            "u01/ex01_centre.ipynb",
        ),
        *(
            "units/u01_mini/exercises/ex01_centre/stub.py",
            "tests/units/u01_mini/test_centre.py",
            "a" * 300 + ".py",
        ),
    ],
)
def test_other_files_are_left_alone(catalog, path):
    assert match(path, catalog) is None


def test_an_exercise_that_does_not_exist_gets_a_sentence(catalog):
    assert "no exercise has this name" in match("u01/ex07_other.py", catalog)
    assert normal("Ex01-Softmax (1)") == "ex01_softmax"


def test_two_files_for_one_exercise(handed_in):
    one = handed_in(("u01/ex01_centre.py", TEXT), ("u01/ex01_centre (1).py", b"a = 1\n"))
    assert one.files[CENTRE].path == "u01/ex01_centre.py"
    assert "ignored" in notes_of(one)
    one = handed_in(("u01/Ex01_centre.py", TEXT), ("u01/ex01_centre (1).py", b"a = 1\n"))
    assert "hand in one of them" in one.refused[CENTRE]
    one = handed_in(("u01/Ex01_centre.py", TEXT), ("u01/ex01_centre (1).py", TEXT))
    assert one.files[CENTRE].data == TEXT


def test_an_answer_is_preferred_to_a_file_in_a_folder_named_like_the_courses(handed_in):
    one = handed_in(("tests/u01/ex01_centre.py", b"a = 1\n"), ("u01/ex01_centre.py", TEXT), name="bob.zip")
    assert one.files[CENTRE].data == TEXT
    assert "tests/u01/ex01_centre.py: it was ignored, because u01/ex01_centre.py is there too" in notes_of(
        one
    )


def test_every_loose_file_gets_a_sentence(handed_in):
    course = [(f"units/u01_mini/{name}", b"") for name in ("centre.py", "__init__.py", "README.md")]
    one = handed_in(
        *course,
        *(("slides/a.md", b""), ("u01/ex01_centre.py", TEXT), ("u01/ex01_centre.md", b"task")),
        *(("u01/ex01_centre.ipynb", b"{}"), ("u01/ex02_scale.ipynb", b"{}"), ("notes.ipynb", b"{}")),
        *(("helpers.py", b""), ("data/numbers.csv", b"1"), ("sub/ex07_other.py", b"")),
    )
    assert list(one.files) == [CENTRE]
    assert one.refused[SCALE].startswith(
        "u01/ex02_scale.ipynb is a notebook and cannot be graded: hand in ex02_scale.py"
    )
    assert notes_of(one, "refused") == one.refused[SCALE]
    assert [note.text.partition(":")[0] for note in one.notes if note.kind == "ignored"] == [
        "sub/ex07_other.py",
        "u01/ex01_centre.ipynb",
        "data/numbers.csv",
        "helpers.py",
        "notes.ipynb",
        "the folder slides/ holds 1 file that is not an answer to an exercise; the course has a folder of this name",
        "the folder units/ holds 3 files that are not answers to exercises; the course has a folder of this name",
    ]
    assert "answers cannot import it" in notes_of(one)


def test_a_thousand_loose_files_are_counted(handed_in):
    one = handed_in(("u01/ex01_centre.py", TEXT), *((f"{i:04}.txt", b"") for i in range(1000)))
    assert len(one.notes) == 41
    assert one.notes[-1].text == "960 more files are not answers to exercises"


def test_encodings(handed_in):
    text = "# Größe\n" + TEXT.decode()
    for data, message in (
        (b"\xef\xbb\xbf" + text.encode(), "byte order mark"),
        (text.replace("\n", "\r\n").encode(), "line ends"),
        (text.replace("\n", "\r").encode(), "line ends"),
        (text.encode("utf-16"), "UTF-16"),
    ):
        one = handed_in(("u01/ex01_centre.py", data))
        assert one.files[CENTRE].data == text.encode()
        assert message in notes_of(one, "corrected")
    for data, message in (
        (text.encode("latin-1"), "line 1 is not UTF-8"),
        (b"\xff\xfe\x00", "is not UTF-16"),
        (b"x = 1\0", "zero bytes"),
        (b"\x89PNG\r\n\x1a\n\xff", "line"),
    ):
        one = handed_in(("u01/ex01_centre.py", data))
        assert one.files == {}
        assert message in one.refused[CENTRE]
    declared = b"# -*- coding: latin-1 -*-\n# Gr\xf6\xdfe\n"
    assert normalize(declared) == (declared, [])


def test_a_manifest_is_compared_and_not_trusted(handed_in):
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
    assert notes_of(one, "manifest") == (
        "names the student mallory; the name of the entry counts | "
        "u01/ex01_centre.py was changed after `course submit` | lists x.py, which is not there"
    )
    assert one.backend == "jax"


def test_many_manifests_and_many_strange_names_make_few_rows_of_the_audit(handed_in):
    """1,900 manifests of 499 names in 2.7 MB made 948,101 rows."""
    names = json.dumps({"files": {f"f{i}.py": "0" for i in range(499)}})
    one = handed_in(*[(f"d{i:02}/manifest.json", names) for i in range(30)], ("u01/ex01_centre.py", TEXT))
    assert one.files[CENTRE].data == TEXT
    assert len(one.notes) == 101
    assert "3893 more rows like these" in notes_of(one, "manifest")  # 8 · 499 + 1 − 100
    one = handed_in(*[(f"../{i}.py", b"") for i in range(1900)], ("u01/ex01_centre.py", TEXT))
    assert one.files[CENTRE].data == TEXT
    assert len(one.notes) == 101
    assert "1800 more rows like these" in notes_of(one, "refused")
    one = handed_in(*[(f"{i}/ex01_centre.ipynb", b"{}") for i in range(1900)])
    assert len(one.notes) == 11
    one = handed_in(
        ("a/manifest.json", "{}"),
        ("manifest.json", '{"backend": "jax"}'),
        *[(f"b{i}/manifest.json", "{}") for i in range(9)],
    )
    assert one.backend == "jax"  # the one that `course submit` wrote is read first


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"files": 3}', "[" * 100_000, '{"files": {"a": null}}', "\xff"]
)
def test_a_broken_manifest_costs_nothing(handed_in, text):
    one = handed_in(("manifest.json", text), ("u01/ex01_centre.py", TEXT))
    assert one.files[CENTRE].data == TEXT
    assert notes_of(one, "manifest")


def hand_in(folder, *names):
    """Write a folder with one answer for each name; all files have the same old time."""
    for name in names:
        (folder / name / "u01").mkdir(parents=True)
        (folder / name / "u01" / "ex01_centre.py").write_bytes(TEXT)
        os.utime(folder / name / "u01" / "ex01_centre.py", (10**9, 10**9))


def test_students_and_attempts_by_name(tmp_path, catalog):
    hand_in(tmp_path, "ann", "ann@2", "ann@2026-11-20T18", "bob (1)", "bob", "eve@2026-13-40")
    submissions, _ = read_submissions(tmp_path, catalog)
    assert [(s.student, s.entry) for s in submissions] == [
        ("ann", "ann"),
        ("ann", "ann@2"),
        ("ann", "ann@2026-11-20T18"),
        ("bob", "bob"),
        ("bob", "bob (1)"),
        ("eve", "eve@2026-13-40"),
    ]
    assert (submissions[2].received.hour, submissions[2].by) == (18, "its name")
    assert (submissions[0].received.timestamp(), submissions[0].by) == (10**9, "its file")
    assert "not a number or a time" in notes_of(submissions[-1])


@pytest.mark.parametrize(
    ("name", "student", "number", "time"),
    [
        ("anna@uni.edu", "anna@uni.edu", 0, None),
        ("anna@other.org", "anna@other.org", 0, None),
        ("anna@163.com", "anna@163.com", 0, None),
        ("anna@uni.edu (1)", "anna@uni.edu", 1, None),
        ("anna@uni.edu@2", "anna@uni.edu", 2, None),
        ("anna@2 (1)", "anna", 2, None),
        ("anna@uni.edu@2026-11-20T18", "anna@uni.edu", 0, "2026-11-20T18:00:00"),
        ("anna@20261120T1830", "anna", 0, "2026-11-20T18:30:00"),
        ("anna@2026-11-20T18+02", "anna", 0, "2026-11-20T16:00:00"),
        ("anna@2026-11-20", "anna", 0, "2026-11-20T00:00:00"),
        ("anna@2026-11-20T18.30", "anna", 0, None),  # the time is not clear, so there is a note
        ("anna@uni", "anna@uni", 0, None),
        ("anna@1234567", "anna@1234567", 0, None),
        ("Smith (1234567)", "Smith (1234567)", 0, None),  # the number is too long for the number of a copy
        ("@2", "@2", 0, None),
        ("@uni.edu", "@uni.edu", 0, None),
    ],
)
def test_student_attempt_and_time_from_a_name(tmp_path, catalog, name, student, number, time):
    hand_in(tmp_path, name)
    ((one,), _) = read_submissions(tmp_path, catalog, Clock(UTC))
    assert (one.student, one.number) == (student, number)
    assert (one.received.replace(tzinfo=None).isoformat() if one.timed else None) == time


def test_long_names_stay_different():
    names = [identity("a" * length) for length in (99, 100, 101, 102, 250)]
    assert len(set(names)) == 5
    assert max(map(len, names)) == 100
    assert names[:2] == ["a" * 99, "a" * 100]


def test_two_addresses_are_two_students(tmp_path, catalog):
    for name in ("anna@uni.edu", "anna@other.org"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as made:
            made.writestr("u01/ex01_centre.py", f"# {name}")
    submissions, _ = read_submissions(tmp_path, catalog)
    assert [(s.student, s.notes) for s in submissions] == [("anna@other.org", []), ("anna@uni.edu", [])]
    assert len(set(file_names([s.student for s in submissions]).values())) == 2


def test_numbers_of_attempts_count_more_than_times_of_files(tmp_path, catalog):
    hand_in(tmp_path, "ann", "ann@2", "ann@10")
    os.utime(
        tmp_path / "ann" / "u01" / "ex01_centre.py", (2 * 10**9, 2 * 10**9)
    )  # the first folder was copied later
    assert [s.number for s in read_submissions(tmp_path, catalog)[0]] == [0, 2, 10]


def test_the_source_of_the_time(tmp_path, catalog):
    hand_in(tmp_path, "ann@2026-11-20T10", "bob", "eve", "kim", "leo")
    manifest = {"created": "2026-11-20T13:00+00:00", "files": {}}
    for name in ("eve", "kim"):
        (tmp_path / name / "manifest.json").write_text(json.dumps(manifest))
    clock = Clock(
        read_zone("+02:00"), {"bob": read_time("2026-11-20T11", UTC), "eve": read_time("2026-11-20T12", UTC)}
    )
    submissions, _ = read_submissions(tmp_path, catalog, clock)
    assert [(s.student, s.by, s.timed) for s in submissions] == [
        ("ann", "its name", True),
        ("bob", "the list of times", True),
        ("eve", "the list of times", True),  # the instructor's list counts more than the manifest
        ("kim", "its manifest.json", True),
        ("leo", "its file", False),
    ]
    assert [s.received.astimezone(UTC).hour for s in submissions[:4]] == [8, 11, 12, 13]


def test_characters_that_hide_or_reorder_are_replaced_by_codes():
    assert shown("a\u202eb\x1b[31m\n") == "a\\u202eb\\u001b[31m\\u000a"
    assert shown("Zoë") == "Zoë"
    assert shown("\udcff") == "\\udcff"
    assert len(shown("x" * 1000)) == 200


def test_a_deadline_has_a_time_zone():
    berlin = read_zone("Europe/Berlin")
    for text, zone, expected, words in (
        ("2026-11-20", berlin, 1795215599, "2026-11-20 23:59:59 (Europe/Berlin, UTC+01:00)"),
        ("2026-07-20", berlin, 1784584799, "2026-07-20 23:59:59 (Europe/Berlin, UTC+02:00)"),
        ("2026-11-20", read_zone("utc"), 1795219199, "2026-11-20 23:59:59 (UTC)"),
        ("20261120", read_zone("+05:30"), 1795199399, "2026-11-20 23:59:59 (UTC+05:30)"),
        ("2026-11-20 18:00", berlin, 1795194000, "2026-11-20 18:00:00 (Europe/Berlin, UTC+01:00)"),
        ("2026-11-20T18:00-05:00", berlin, 1795215600, "2026-11-21 00:00:00 (Europe/Berlin, UTC+01:00)"),
        ("2026-11-20T18Z", berlin, 1795197600, "2026-11-20 19:00:00 (Europe/Berlin, UTC+01:00)"),
    ):
        when = read_time(text, zone, end=True)
        assert (when.timestamp(), shown_time(when)) == (expected, words), text
    for text in ("2026-11-20T24:00", "2026-11-20 24", "2026-11-20T24:00:00Z"):
        assert read_time(text, UTC).isoformat() == "2026-11-21T00:00:00+00:00"
    here = read_time("2026-11-20", end=True)
    assert (here.hour, here.utcoffset() is not None) == (23, True)
    for text in (
        "20.11.2026",
        "2026-11-20T18.30",
        "soon",
        "",
        "0000-01-01",
        "2026-02-30",
    ):
        with pytest.raises(CourseError, match="not a date and time"):
            read_time(text, berlin)
    for text in ("Mars/Olympus", "../../etc/passwd", "+99:00", ""):
        with pytest.raises(CourseError, match="no time zone"):
            read_zone(text)


def test_a_roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes(
        b"\xef\xbb\xbfName;Student;Deadline\r\nAnn;ann;2026-11-20T18:00+00:00\r\n;bob;\r\n;;\r\n"
    )
    roster = read_roster(path)
    assert list(roster) == ["ann", "bob"]
    assert (roster["ann"].name, roster["ann"].deadline.timestamp()) == ("Ann", 1795197600)
    assert roster["bob"].deadline is None
    for text, message in (("a,b\n1,2\n", "column called student"), ("student\na\na\n", "twice")):
        path.write_text(text)
        with pytest.raises(CourseError, match=message):
            read_roster(path)
    path.write_text("student,deadline,received\na,2026-11-20,2026-11-20\n")
    (one,) = read_roster(path, UTC).values()
    assert (one.deadline.isoformat(), one.received.isoformat()) == (
        "2026-11-20T23:59:59+00:00",
        "2026-11-20T00:00:00+00:00",
    )
    path.write_text("student,deadline\na,soon\n")
    with pytest.raises(CourseError, match=r"line 2, deadline: 'soon' is not a date and time"):
        read_roster(path)
    with pytest.raises(CourseError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")


def test_a_list_of_times_names_persons_by_any_name_and_the_audit_names_the_rest(tmp_path, catalog):
    """The folder as it stands in a download, an address in capitals; a name that nobody has is not silent."""
    folder, roster = tmp_path / "handed_in", tmp_path / "roster.csv"
    for name in ("Anna Müller_815_assignsubmission_file_", "bela"):
        (folder / name).mkdir(parents=True)
        (folder / name / "ex01_centre.py").write_bytes(TEXT)
    roster.write_text("student,name,email\nanna,Anna Müller,\nbela,,Bela@uni.edu\nkim,,\n", encoding="utf-8")
    times = dict.fromkeys(("Anna Müller_815_assignsubmission_file_", "BELA@uni.edu", "Kim", "nobody"), 0)
    times = {name: read_time(f"2026-11-{day}", UTC) for day, name in enumerate(times, 11)}
    settings = Settings((), roster=read_roster(roster), received=times)
    people = People(settings.roster)
    submissions, _ = read_submissions(folder, catalog, settings.clock, people)
    assert [(one.student, one.by == "the list of times", one.received.day) for one in submissions] == [
        ("anna", True, 11),
        ("bela", True, 12),
    ]
    (note,) = audit.list_notes(times, submissions, people)
    assert note.text == "the list of times has 1 name that no submission has: nobody"


def test_a_list_of_times(tmp_path):
    path = tmp_path / "times.csv"
    path.write_text("Submission,Student,Received\nann.zip,,2026-11-20T18:00Z\n,bob,2026-11-20\nkim,,\n")
    assert {name: when.isoformat() for name, when in read_received(path, UTC).items()} == {
        "ann.zip": "2026-11-20T18:00:00+00:00",
        "bob": "2026-11-20T00:00:00+00:00",
    }
    for text, message in (
        ("student\na\n", "column called received"),
        ("received\n2026-11-20\n", "one called submission or student"),
        ("student,received\na,2026-11-20\na,2026-11-21\n", "twice"),
        ("student,received\na,yesterday\n", "not a date and time"),
    ):
        path.write_text(text)
        with pytest.raises(CourseError, match=message):
            read_received(path)
