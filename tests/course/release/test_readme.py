"""The README of the student edition is well-formed Markdown, also if some points are not checked."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import course
from course import catalog
from course.release import edition
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


def test_every_link_of_a_page_leads_to_a_file_that_students_have(tmp_path):
    content = catalog.load()
    edition._copy(content, Path(course.__file__).parent, tmp_path)
    made = SimpleNamespace(points=7, public_points=7, checks=[])
    (tmp_path / "README.md").write_text(readme(content, made), encoding="utf-8")
    pages = [
        path for path in sorted(tmp_path.rglob("*.md")) if "slides" not in path.relative_to(tmp_path).parts
    ]
    assert {"README.md", "docs/notation.md"} <= {path.relative_to(tmp_path).as_posix() for path in pages}
    broken = [
        f"{page.relative_to(tmp_path).as_posix()}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s:]+)(?:#[^)\s]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists() and "/exercises/" not in f"/{target}"
    ]
    assert not broken
