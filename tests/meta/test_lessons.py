"""Every lesson runs from top to bottom on this backend, and has the form of a lesson."""

import contextlib
import io
import os
import re
import runpy
from importlib import import_module
from pathlib import Path

import keras
import pytest

from course import catalog

CONTENT = catalog.load()
UNITS = CONTENT.units


PROGRAMS = 250  # that JAX may compile for a lesson; the lesson of unit 1 had 470 and took twice the time


def compiled_programs():
    """The programs that JAX has compiled in this process; 0 on other backends."""
    if keras.backend.backend() != "jax":
        return 0
    return import_module("course.training.costs.jax").programs()


def read(unit):
    return (Path(unit.path) / "lesson.py").read_text(encoding="utf-8")


def markdown(text):
    """The text of a lesson's cells, without the signs of comments."""
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)
    texts = [cell.removeprefix(" [markdown]\n") for cell in cells if cell.startswith(" [markdown]\n")]
    return "\n".join(re.sub(r"^# ?", "", cell, flags=re.MULTILINE) for cell in texts)


def parts(text):
    """Title → text of the parts of a lesson, each with what stands in it until the next one."""
    pieces = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {
        title: piece
        for title, piece in zip(pieces[1::2], pieces[2::2], strict=True)
        if title.startswith("Part ")
    }


@pytest.mark.skipif(
    os.environ.get("COURSE_GATE") == "torch",
    reason="in the gate tests/course/notebooks runs each lesson on torch, as a notebook",
)
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_lesson(unit, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    lesson = Path(unit.path) / "lesson.py"
    text = lesson.read_text(encoding="utf-8")
    assert text.count("# %% [markdown]") >= 5
    out, before = io.StringIO(), compiled_programs()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(lesson), run_name="__main__")
    assert compiled_programs() - before <= PROGRAMS, (
        "too many operations of their own: course.fused, or one shape"
    )
    assert len(out.getvalue().splitlines()) >= 10
    named = re.findall(r'figures\.show\(\s*\w+,\s*"(u\d\d)/(\w+)"', text)
    drawn = {path.stem for path in (tmp_path / "lessons" / unit.name).glob("*.png")}
    assert drawn == {name for _, name in named}, "figures of another unit, or two with one name"


@pytest.mark.backend_independent
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_lesson_names_what_exists(unit):
    text = read(unit)
    for name, number in re.findall(r"\b(u\d\d)/ex(\d\d)\b", text):
        assert CONTENT.find(f"{int(name[1:])}.{int(number)}")
    experiments = {f"{u.name}/{e.id}" for u in UNITS for e in u.experiments}
    missing = set(re.findall(r"course run (u\d\d/\w+)", text)) - experiments
    assert not missing
    exercises = re.findall(rf"course start ({unit.name}/\w+)", text)
    assert all(re.fullmatch(r"u\d\d/ex\d\d", name) for name in exercises)


@pytest.mark.backend_independent
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_the_form_of_a_lesson(unit):
    """Minutes that add up, a question in each part, folded answers that are closed, exercises, a figure, a summary."""
    text, prose = read(unit), markdown(read(unit))
    found = parts(prose)
    total = int(re.search(r"takes\s+about\s+(\d+)\s+minutes", prose)[1])
    minutes = [int(re.search(r"\((\d+) minutes\)$", title)[1]) for title in found]
    assert 60 <= total <= 90
    assert sum(minutes) == total
    assert [int(re.match(r"Part (\d+): ", title)[1]) for title in found] == list(range(1, len(found) + 1))
    for title, piece in found.items():
        assert "**Question" in piece, title
        assert piece.count("<details>") >= 1, title
        assert piece.count("<details>") == piece.count("</details>") == piece.count("<summary>"), title
        assert piece.count("$") % 2 == 0, title
    assert "\n## Summary" in prose
    assert re.search(r'course\.figures\.show\(\s*\w+,\s*"u\d\d/', text)
    words = len(re.sub(r"\$\$?.*?\$\$?", " ", prose, flags=re.DOTALL).split())
    assert 2300 <= words <= 5000, f"{words} words"
    named = set(re.findall(rf"{unit.name}/(ex\d\d)", prose))
    assert named == {e.id[:4] for e in unit.exercises}, "each exercise belongs to a part"
