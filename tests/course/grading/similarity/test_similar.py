"""`course similar`: renamed copies are found, the stub and what everybody has are not, and the page is no verdict."""

import builtins
import csv
import io
import re

import pytest
from typer.testing import CliRunner

from course import catalog as catalogs
from course import cli
from course.grading.similarity import pairs as pairing
from course.grading.similarity.pairs import Answer, compare
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

ORIGINAL = '''\
def centre(x):
    """Subtract the mean of each column."""
    total = None
    for row in x:
        total = row if total is None else total + row
    count = len(x)
    if count == 0:
        raise ValueError("no rows")
    mean = total / count
    result = []
    for row in x:
        result.append(row - mean)
    return result
'''
RENAMED = """\
# my own work


def centre(data):
    s = None  # the sum
    for line in data:
        s = line if s is None else s + line

    n = len(data)
    if n == 0:
        raise ValueError("there is nothing here, <script>alert(1)</script>")
    m = s / n
    out = []
    for line in data:
        out.append(line - m)
    return out
"""
OTHER = """\
from keras import ops


def centre(x):
    x = ops.convert_to_tensor(x, dtype="float32")
    ones = ops.ones((1, x.shape[0]), dtype=x.dtype)
    weights = ones / ops.cast(x.shape[0], x.dtype)
    offset = ops.matmul(weights, x)
    while len(offset.shape) < len(x.shape):
        offset = ops.expand_dims(offset, 0)
    return ops.subtract(x, ops.broadcast_to(offset, x.shape))
"""


@pytest.fixture(scope="module", autouse=True)
def _package():
    pytest.importorskip("copydetect", reason="the extra similarity is not installed")


@pytest.fixture(scope="module")
def exercise():
    return catalogs.load(MINI).exercises[0]


def answers(**texts):
    return [Answer(name, name, text.encode()) for name, text in texts.items()]


def found(compared):
    return [(pair.one.student, pair.two.student) for pair in compared.pairs]


def test_a_renamed_copy_is_found_and_marked(exercise):
    compared = compare(exercise, answers(anna=ORIGINAL, bob=OTHER, cleo=RENAMED))
    assert found(compared) == [("anna", "cleo")]
    (pair,) = compared.pairs
    assert pair.similarity > 0.85
    assert compared.median < 0.3
    for text, slices, words in zip(
        pair.texts, pair.slices, (("total + row", "mean"), ("s + line", "m = s / n")), strict=True
    ):
        marked = "".join(text[one] for one in slices)
        assert all(word in marked for word in words)
        assert len(marked) > 0.6 * len(text.partition("def ")[2])
    assert not any("my own work" in pair.texts[1][one] for one in pair.slices[1])


def test_the_stub_is_no_similarity(exercise, tmp_path):
    stub = tmp_path / "stub.py"
    stub.write_text(ORIGINAL)

    class Given:
        name, title = exercise.name, exercise.title

    Given.stub = stub
    tail = "\n\ndef helper(a, b):\n    " + "\n    ".join(f"a = a * {i} + b" for i in range(10))
    other = "\n\nclass Helper:\n    def f(self):\n        " + "\n        ".join(
        f"self.x{i} = [{i}]" for i in range(10)
    )
    compared = compare(Given, answers(anna=ORIGINAL + tail, bob=RENAMED + other))
    assert (compared.pairs, compared.short) == ([], 0)
    assert compared.median < 0.2
    assert compare(exercise, answers(anna=ORIGINAL + tail, bob=RENAMED + other), least=0.2).pairs
    (pair,) = compare(Given, answers(anna=ORIGINAL + tail, bob=RENAMED + tail)).pairs
    marked = "".join(pair.texts[0][one] for one in pair.slices[0])
    assert ("a * 5 + b" in marked, "total + row" in marked) == (True, False)
    assert compare(Given, answers(anna=ORIGINAL, bob=RENAMED)).short == 2


def test_what_many_have_is_no_similarity(exercise, monkeypatch):
    monkeypatch.setattr(pairing, "COMMON", 2)
    extra = {
        f"s{i}": ORIGINAL + "\n".join(f"y{i} = {j} ** {i} + x[{j}:{i}]" for j in range(20)) for i in range(4)
    }
    assert compare(exercise, answers(**extra), least=0.2).pairs == []
    monkeypatch.setattr(pairing, "COMMON", 10)
    assert len(compare(exercise, answers(**extra), least=0.2).pairs) == 6


def test_who_is_compared_with_whom(exercise):
    """Neither members of a group nor two answers of the past, nor a student with the own answer of the past."""
    texts = [
        Answer("anna", "group", ORIGINAL.encode()),
        Answer("bob", "group", ORIGINAL.encode()),
        Answer("eve", "eve", RENAMED.encode()),
        Answer("eve", "eve", RENAMED.encode(), earlier=True),
        Answer("old", "old", RENAMED.encode(), earlier=True),
    ]
    compared = found(compare(exercise, texts))
    assert ("anna", "bob") not in compared
    assert ("eve", "eve") not in compared
    assert ("eve", "old") in compared
    assert len(compared) == 2 + 4 + 1  # group × eve, group × (eve of the past, old), eve × old


def test_strange_texts(exercise):
    strange = {"a": "", "b": "\x00\x01", "c": "def f(:\n  'open", "d": "x = '" + "é𝒜" * 300, "e": "(" * 500}
    compared = compare(
        exercise, [*answers(**strange), Answer("f", "f", b"#" * 200_000), Answer("g", "g", b"\xff\xfe")]
    )
    assert [one.student for one in compared.unread] == ["f"]
    assert compared.answers == 7


def test_the_report(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    texts = {"anna@1": OTHER, "anna@2": ORIGINAL, "bob": OTHER, "=cleo": RENAMED}
    for name, text in texts.items():
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "ex01_centre.py").write_text(text)
    command = ["similar", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 0, done.output
    assert "1 pair to look at, from 3 answers. This is no verdict." in done.output
    index, pair = ((tmp_path / "out" / name).read_text() for name in ("index.html", "pairs/1.html"))
    for page in (index, pair):
        assert "This report is no verdict." in page
        assert "<script" not in page
    assert re.findall(r'href="([^"]+)"', index) == ["pairs/1.html"]
    assert pair.count("<mark>") == pair.count("</mark>") > 1
    assert "bob" not in index.partition("<h2>Pairs")[2].partition("<h2>")[0]
    rows = list(csv.reader(io.StringIO((tmp_path / "out" / "pairs.csv").read_text("utf-8-sig"))))
    assert rows[1][4:6] == ["'=cleo", "anna"]
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    (tmp_path / "out" / "pairs" / "mine.html").write_text("not of the report")
    CliRunner().invoke(cli.app, [*command, "--least", "100"])
    assert [path.name for path in (tmp_path / "out" / "pairs").iterdir()] == ["mine.html"]
    (tmp_path / "out" / "pairs" / "mine.html").unlink()
    CliRunner().invoke(cli.app, command)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == first


def test_names_of_the_roster_and_files_that_cannot_be_read(tmp_path, monkeypatch):
    """The names are those of `course grade`, and what was not compared is said."""
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    for name, text in (("anna", ORIGINAL), ("bob", RENAMED)):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "ex01_centre.py").write_text(text)
    (tmp_path / "in" / "eve.zip").write_bytes(b"no archive")
    roster = tmp_path / "class.csv"
    roster.write_text("student,code\nanna,A1\nbob,B2\n")
    command = [
        "similar",
        tmp_path / "in",
        "--out",
        tmp_path / "out",
        "--roster",
        roster,
        "--student-column",
        "code",
    ]
    done = CliRunner().invoke(cli.app, [str(word) for word in command])
    assert done.exit_code == 0, done.output
    assert "refused  eve.zip: " in done.output
    rows = list(csv.reader(io.StringIO((tmp_path / "out" / "pairs.csv").read_text("utf-8-sig"))))
    assert rows[1][4:6] == ["A1", "B2"]


def test_words_for_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(MINI))
    (tmp_path / "in" / "anna").mkdir(parents=True)
    (tmp_path / "in" / "anna" / "ex01_centre.py").write_text(ORIGINAL)

    def said(*words):
        done = CliRunner().invoke(cli.app, ["similar", str(tmp_path / "in"), *words])
        assert done.exit_code == 2
        return " ".join(done.output.split())

    assert "is inside the submissions" in said("--out", str(tmp_path / "in" / "out"))
    assert "holds no answer to these exercises" in said("--out", str(tmp_path / "out"), "--exercise", "1.2")
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "copydetect":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    assert 'needs the package copydetect: pip install -c constraints.txt -e ".[similarity]"' in said(
        "--out", str(tmp_path / "out")
    )
