"""Every lesson runs from top to bottom on this backend."""

import contextlib
import io
import runpy
from pathlib import Path

import pytest

from course import catalog

UNITS = catalog.load().units


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_lesson(unit):
    lesson = Path(unit.path) / "lesson.py"
    text = lesson.read_text(encoding="utf-8")
    assert text.count("# %% [markdown]") >= 5
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(lesson), run_name="__main__")
    assert len(out.getvalue().splitlines()) >= 10
