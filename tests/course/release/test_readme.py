"""The README of the student edition is well-formed Markdown, also if some points are not checked."""

from types import SimpleNamespace

import pytest

from course import catalog
from course.release.readme import readme
from tests.course.grading.conftest import MINI

pytestmark = pytest.mark.backend_independent


@pytest.mark.parametrize("public", [7, 5])
def test_every_heading_stands_alone_and_commands_are_a_table(public):
    edition = SimpleNamespace(points=7, public_points=public, checks=[])
    text = readme(catalog.load(MINI), edition)
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("#") and number:
            assert (lines[number - 1], lines[number + 1]) == ("", ""), line
        assert line == line.rstrip(), line
    assert ("not checked here" in text) == (public < 7)
    _, first_commands = text.split("## The first commands")
    commands = [line for line in first_commands.splitlines() if line.startswith("course ")]
    assert len({line.index(" # ") for line in commands}) == 1, commands


def test_the_first_commands_are_those_of_unit_1_and_the_table_has_the_appendix():
    text = readme(catalog.load(), SimpleNamespace(points=7, public_points=7, checks=[]))
    assert text.index(" -m pip install ") < text.index("/bin/activate") < text.index("course doctor")
    assert r".venv\Scripts\activate" in text
    assert "units/u01_machine_learning/README.md" in text
    assert "course start u01 " in text
    assert "course run u01/" in text
    assert "| u00 | Mathematics of the Course | 6 | 4 |" in text
