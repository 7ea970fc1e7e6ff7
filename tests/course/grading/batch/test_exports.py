"""Exports have the same bytes every time, and no text of a student becomes markup, a formula or a command."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import pytest

from course.grading.batch import grading_queue
from course.grading.batch.exports import file_names, write_exports
from course.grading.batch.gradebook import Gradebook
from course.grading.batch.histogram import histogram
from course.grading.batch.roster import Enrolled
from course.grading.batch.steady import steady
from course.grading.batch.tables import number
from tests.course.grading.batch.killed_grader import grade
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent

EVIL = '=cmd|\' <script>alert(1)</script> "x" ]]>&amp;'


@pytest.fixture
def out(tmp_path, monkeypatch):
    """The exports of a class of four students with all kinds of results."""
    monkeypatch.setattr(grading_queue, "check", grading_queue.check)
    for student, text in {EVIL: f"f{EVIL}", "ann": "e", "bob": "a", "Abe": "trouble", "kim": ""}.items():
        folder = (
            tmp_path / "in" / student.replace("/", "_") / "u01"
        )  # the name of a file cannot contain a slash
        folder.mkdir(parents=True)
        (folder / ("ex01_centre.py" if text else f"ex09_{EVIL[5:30]}.py".replace("/", "_"))).write_text(text)
    book, _ = grade(
        MINI,
        tmp_path / "in",
        tmp_path / "out",
        ("jax", "torch"),
        roster={"ann": Enrolled("ann", f"Ann {EVIL}")},
    )
    book.settings = replace(book.settings, why=EVIL)
    for student in book.students:
        for grade_ in student.grades:
            for report in grade_.reports.values():
                for part in report["parts"]:
                    part |= {"message": EVIL, "mistake": EVIL, "where": EVIL, "got": EVIL, "status": "failed"}
                    part |= {"inputs": {EVIL: EVIL + "\x00\x1b[31m"}, "hint": EVIL}
                report["printed"], report["earned"] = EVIL + "\ud800", 0
    write_exports(book, tmp_path / "out")
    return tmp_path / "out"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert not [name for name, _ in attributes if name.startswith("on")]
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_holds_no_markup_of_a_student(out):
    pages = [out / "index.html", *(out / "students").glob("*.html")]
    assert len(pages) == 6
    for path in pages:
        tags = Tags()
        tags.feed(path.read_text())
        assert tags.open == []
        assert not {"script", "img", "iframe", "a:href"} & set(tags.tags)
        assert "<script" not in path.read_text()
    whole = (out / "index.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in whole
    assert "Content-Security-Policy" in whole


def test_links_between_the_pages_lead_somewhere(out):
    links = re.findall(r'href="(students/[^"]+)"', (out / "index.html").read_text())
    assert len(links) == 5
    assert all((out / link).is_file() for link in links)


def test_csv_holds_no_formula(out):
    for name in ("grades.csv", "audit.csv"):
        rows = list(csv.reader(io.StringIO((out / name).read_text("utf-8-sig"))))
        assert len({len(row) for row in rows}) == 1
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    rows = {row[0]: row for row in csv.reader(io.StringIO((out / "grades.csv").read_text("utf-8-sig")))}
    assert rows["ann"][2:] == ["4", "0", "4", "7", "yes", "0"]
    assert rows["Abe"][2:] == ["", "0", "0", "7", "no", "0"]  # trouble gives an empty cell, not a zero


def test_junit_is_xml(out):
    suites = ElementTree.fromstring((out / "junit.xml").read_bytes())
    assert [suite.get("name") for suite in suites] == [EVIL.replace("/", "_"), "Abe", "ann", "bob", "kim"]
    assert suites.get("errors") == "1"
    (error,) = suites.iter("error")
    assert "no room left" in error.get("message")
    cases = [case.get("name") for case in suites[2]]
    assert cases == ["u01/ex01_centre [jax]", "u01/ex01_centre [torch]", "u01/ex02_scale"]


def test_gradescope(out):
    content = json.loads((out / "gradescope" / "bob" / "results.json").read_text())
    assert content["score"] == 2.0
    assert [test["max_score"] for test in content["tests"] if "max_score" in test] == [4, 3]
    assert sum(test.get("score", 0) for test in content["tests"]) == content["score"]
    assert content["test_output_format"] == "text"


def test_json_holds_everything(out):
    content = json.loads((out / "grades.json").read_bytes())
    assert [s["student"] for s in content["students"]] == [EVIL.replace("/", "_"), "Abe", "ann", "bob", "kim"]
    assert content["students"][2]["exercises"]["u01/ex01_centre"]["backends"]["verdict"] == "right"
    assert content["students"][1]["exercises"]["u01/ex01_centre"]["score"] is None


def test_the_same_book_gives_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(grading_queue, "check", grading_queue.check)
    for i in range(5):
        (tmp_path / "in" / f"s{i}").mkdir(parents=True)
        (tmp_path / "in" / f"s{i}" / "ex01_centre.py").write_text(f"#{i}")

    def exports(out):
        grade(MINI, tmp_path / "in", tmp_path / out)
        files = (path for path in (tmp_path / out).rglob("*") if path.is_file() and "sqlite" not in path.name)
        return {str(path.relative_to(tmp_path / out)): path.read_bytes() for path in files}

    first = exports("a")
    assert exports("b") == first
    assert not [name for name, data in first.items() if str(tmp_path).encode() in data]
    (tmp_path / "in" / "s3" / "ex01_centre.py").unlink()
    (tmp_path / "in" / "s3").rmdir()
    assert {name for name in first if "s3" in name} == set(first) - set(
        exports("a")
    )  # files of removed students are deleted


def test_file_names_are_safe_and_different():
    names = file_names(["ann", "Ann", "../../etc/passwd", "con", "a b", "a_b", "x" * 300, "..", "Zoë"])
    assert len({name.casefold() for name in names.values()}) == 9
    assert all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,80}", name) for name in names.values())
    assert names["ann"] == "ann" or names["Ann"] == "Ann"
    assert names["con"] != "con"


def test_scores_as_text():
    assert [number(Fraction(*x)) for x in ((4, 1), (3, 2), (1, 3), (2, 3), (1, 200))] == [
        "4",
        "1.5",
        "0.33",
        "0.67",
        "0.01",
    ]


def test_a_histogram_counts_everyone():
    drawn = histogram([0.0, 0.05, 0.5, 0.99, 1.0, 1.0])
    assert "2, 0, 0, 0, 0, 1, 0, 0, 0, 3" in drawn
    assert drawn.count("<rect") == 3
    ElementTree.fromstring(drawn)


def test_text_that_differs_from_run_to_run_is_removed():
    assert steady("<A object at 0x7f00deadbeef>") == "<A object at 0x…>"
    assert steady({"a": ["no '/tmp/medl-check-ab12_x/file_99/data.csv'"]}) == {"a": ["no 'data.csv'"]}
    assert steady("a\x1b[31m\x00\u202eb\n") == "a\ufffd[31m\ufffd\ufffdb\n"
    assert steady(3) == 3


def test_tables_for_sql(tmp_path):
    with Gradebook(tmp_path / "g.sqlite") as gradebook:
        gradebook.write_grades(
            [("ann", "u01/ex01", "graded", "4", 4, "ann.zip", "k")], [("ann", "", "", "late", "x")]
        )
        gradebook.write_grades([("bob", "u01/ex01", "graded", "3", 4, "bob.zip", "k")], [])
        assert gradebook._base.execute("SELECT student, score FROM grades").fetchall() == [("bob", "3")]
        assert gradebook.count() == 0


def test_tables_of_a_page_are_readable_on_a_phone(out):
    """Every cell carries the name of its column, names are in wide columns, and only those break within words."""
    for path in (out / "index.html", out / "students" / "ann.html"):
        text = path.read_text()
        assert "@media (max-width: 40rem)" in text
        assert re.search(
            r"body \{[^{}]*overflow-wrap: break-word", text
        )  # a long name stays on the screen everywhere
        assert re.findall(r"([\w. :-]+)\{[^{}]*overflow-wrap: anywhere", text) == ["h1 ", "td.w "]
        for table in re.findall(r"<table>.*?</table>", text, re.DOTALL):
            heads = re.findall(r"<th[^>]*>([^<]*)</th>", table)
            for row in re.findall(r"<tr>(<td.*?</td>)</tr>", table, re.DOTALL):
                cells = re.findall(r'<td(?: class="\w")?(?: data-head="([^"]*)")?>', row)
                assert cells == heads
                assert "<span></span>" not in row  # an empty cell takes no line
    students = (out / "index.html").read_text().partition("<h2>Students</h2>")[2].partition("</table>")[0]
    assert students.count('<td class="w" data-head="student">') == 5
    assert "u01/ex01<" in students  # short names of exercises, so that a unit fits on a screen
    assert ">missing<" in students


def test_a_page_of_a_student_does_not_lead_to_the_class(out):
    for path in (out / "students").glob("*.html"):
        assert "href" not in path.read_text()
