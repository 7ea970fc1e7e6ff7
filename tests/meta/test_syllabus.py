"""Every topic of the syllabus is on a slide, every equation on a slide names its code, and the minutes add up."""

import ast
import re
import tokenize
import tomllib
from itertools import accumulate
from pathlib import Path

import pytest

from course import catalog, slides
from course.handbook.unit_pages import goals_of

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
UNITS = catalog.load().units
TOPICS = tomllib.loads((ROOT / "tests" / "meta" / "syllabus.toml").read_text(encoding="utf-8"))
BOOK_FIGURES = TOPICS.pop("book_figures")
RELATION = re.compile(r"[=∝≤≥≈∼~←→⟺⊂]")


def is_frame(title):
    """Whether a slide holds the parts of a deck together and has no topic."""
    return re.match(r"Goals: |Part [A-Z]: |Summary$|References$", title)


def test_every_unit_is_in_the_syllabus():
    assert list(TOPICS) == [unit.name for unit in UNITS]


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_every_topic_is_on_a_slide_and_every_slide_has_a_topic(unit):
    _, *rest = slides.load(unit).slides
    titles = {slide.title for slide in rest if not is_frame(slide.title)}
    assert all(TOPICS[unit.name].values())
    named = {title for on in TOPICS[unit.name].values() for title in on}
    assert named == titles


@pytest.mark.parametrize("name", BOOK_FIGURES)
def test_the_figures_of_the_book_are_on_slides(name):
    (unit,) = (unit for unit in UNITS if unit.name == name)
    text = "\n".join(slide.text for slide in slides.load(unit).slides)
    shown = set(re.findall(rf"figure:{name}/(\w+)/", text))
    assert not set(BOOK_FIGURES[name]) - shown


def states_an_equation(path):
    """Whether a docstring or a comment of a file states an equation."""
    docs = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
    ]
    with path.open("rb") as file:
        comments = [t.string for t in tokenize.tokenize(file.readline) if t.type == tokenize.COMMENT]
    lines = [line for text in docs + comments for line in text.splitlines()]
    return any(RELATION.search(line) and "`" not in line and ">>>" not in line for line in lines)


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_slide_with_an_equation_names_code_that_states_one(unit):
    for slide in slides.load(unit).slides:
        if "$$" in slide.text:
            cited = re.findall(r"`code:([\w/]+\.py)", slide.text)
            assert cited, f"“{slide.title}” has an equation and names no code"
            assert any(states_an_equation(ROOT / path) for path in cited), slide.title


def test_what_counts_as_an_equation(tmp_path):
    file = tmp_path / "file.py"
    for text, right in (
        ('"""C = 1/n ∑ c_i"""', True),
        ("x = 1  # nothing", False),
        ("# σ(z) ≤ 1\nx = 1", True),
    ):
        file.write_text(text, encoding="utf-8")
        assert states_an_equation(file) == right


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_minutes_of_slides_add_up_to_those_of_the_goals(unit):
    """The slides of a goal stand one after the other, so their minutes end where those of the goal end."""
    shown = slides.load(unit).slides
    without = [slide.title for slide in shown if not slide.minutes]
    assert not without, "the note of a slide begins with its minutes, `Note: Minutes: 3.`"
    ends = set(accumulate(slide.minutes for slide in shown))
    goals = list(accumulate(minutes for _, minutes in goals_of(unit)))
    assert goals[-1] == max(ends)
    assert set(goals) <= ends


def test_minutes_of_all_decks_are_those_of_the_timetable():
    text = (ROOT / "docs" / "timetable.md").read_text(encoding="utf-8")
    hours = int(re.search(r"The slides take (\d+) hours", text)[1])
    weekly = [unit for unit in UNITS if unit.number > 0]  # unit 0 is an appendix before the first week
    total = sum(slide.minutes for unit in weekly for slide in slides.load(unit).slides)
    assert abs(total / 60 - hours) < 0.5
