"""Decks point at things that exist: code, figures of experiments, experiments and exercises to run; and are whole."""

import ast
import re
from pathlib import Path

import pytest

from course import catalog

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[2]
UNITS = catalog.load().units


def deck(unit):
    return (ROOT / "slides" / f"{unit.slug}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_code_references_name_something(unit):
    references = re.findall(r"code:([\w/]+\.py)(?:#(\w+))?", deck(unit))
    assert references
    for path, name in references:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        assert not name or name in defined, f"{path}#{name}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_figures_are_drawn_by_experiments(unit):
    experiments = {e.name: e for u in UNITS for e in u.experiments}
    references = re.findall(r"figure:(u\d\d/\w+)/(\w+)", deck(unit))
    assert references
    for name, figure in references:
        assert name in experiments, name
        source = experiments[name].path.read_text(encoding="utf-8")
        assert re.search(rf'r\.(figure|animation)\(\s*"{figure}"', source), f"{name} draws no {figure}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_every_experiment_and_exercise_has_its_place(unit):
    text = deck(unit)
    missing = [e.name for e in unit.experiments if e.id not in text]
    missing += [x.name for x in unit.exercises if x.id.split("_")[0] not in text]
    assert not missing


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_mathematics_is_closed(unit):
    for slide in re.split(r"^--(?:-)?$", deck(unit), flags=re.MULTILINE):
        text = re.sub(r"`[^`]*`", "", slide)
        assert text.count("$$") % 2 == 0, slide[:80]
        assert text.replace("$$", "").replace(r"\$", "").count("$") % 2 == 0, slide[:80]


def test_links_between_pages_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "datasets/README.md"]
    pages += [ROOT / "units" / u.slug / "README.md" for u in UNITS]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_the_readme_lists_the_units_that_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[?(\d+) ", text, flags=re.MULTILINE)
    assert rows == [str(n) for n in range(1, 11)]
    for unit in UNITS:
        assert f"(units/{unit.slug}/README.md)" in text
        assert f"(slides/{unit.slug}.md)" in text
