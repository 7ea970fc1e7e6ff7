"""The pages agree with the project: links lead somewhere, numbers and names are those of the catalogue."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

import course.data
from course import catalog

ROOT = Path(__file__).resolve().parents[2]
CONTENT = catalog.load()
UNITS = CONTENT.units
README = ROOT / "README.md"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "datasets").glob("**/*.md")),
    *(unit.path / "README.md" for unit in UNITS),
]


def name(path):
    return path.relative_to(ROOT).as_posix()


def anchors(page):
    """The anchors of a page's headings, as a Markdown renderer makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.backend_independent
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    broken = []
    for target, _, anchor in re.findall(r"\]\(([^)#\s]*)(#([^)\s]*))?\)", page.read_text(encoding="utf-8")):
        if target.startswith(("http:", "https:")):
            continue
        there = page.parent / target if target else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(f"{target}#{anchor}" if anchor else target)
    assert not broken


@pytest.mark.backend_independent
def test_the_index_lists_every_page_of_the_documentation():
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"\]\(([\w.]+)\)", index))
    assert listed == {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}


@pytest.mark.backend_independent
def test_the_front_page_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 130


def rows():
    """The table of units: number → the cells of its row."""
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in README.read_text(encoding="utf-8").splitlines()
    )
    return {
        int(match[1]): row for row in cells if (match := re.match(r"\[?(\d+) ", row[0])) and len(row) == 6
    }


def data_of(unit):
    """What the column `data` says of a unit: sets that are there, and after a semicolon those that are downloaded."""
    there, fetched = [], []
    cards = [course.data.card(each) for each in course.data.names()]
    used = [card for card in cards if any(e.startswith(f"{unit.name}/") for e in card.used_by)]
    there = [card.name.replace("_", " ") for card in used if card.kind in ("embedded", "table")]
    there += ["generated data"] * any(card.kind == "generated" for card in used)
    names = {
        "mnist": "MNIST",
        "fashion_mnist": "Fashion-MNIST",
        "cifar10": "CIFAR-10",
        "cora": "Cora",
        "olivetti": "Olivetti faces",
        "lfw": "LFW",
        "imdb": "IMDb",
        "eng_fra": "Tatoeba",
        "tinyshakespeare": "Tiny Shakespeare",
        "fruits360": "Fruits-360",
    }
    fetched = [names[card.name] for card in used if card.kind == "upstream"]
    return set(there), set(fetched)


@pytest.mark.backend_independent
def test_the_table_has_ten_units_and_the_appendix():
    assert list(rows()) == [unit.number for unit in UNITS] == list(range(11))


@pytest.mark.backend_independent
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_row_of_a_unit(unit):
    title, _, slides, data, exercises, run = rows()[int(unit.name[1:])]
    assert f"(units/{unit.slug}/README.md)" in title
    assert f"(slides/{unit.slug}.md)" in slides
    there, _, fetched = data.partition("; ")
    assert (set(there.split(", ")) - {""}, set(fetched.split(", ")) - {""}) == data_of(unit)
    assert exercises == str(len(unit.exercises))
    assert run == f"`course run {unit.name}`"


@pytest.mark.backend_independent
def test_the_numbers_in_the_documentation():
    cost = (ROOT / "docs/step_cost.md").read_text(encoding="utf-8")
    counted = [e for e in CONTENT.experiments if 1 <= e.unit.number <= 4]  # the programs were counted then
    assert f"in the {len(counted)} quick experiments of units 1 to 4" in cost
    from course.bench.bars import LIMITS

    for label, backend in (("JAX", "jax"), ("TensorFlow", "tensorflow"), ("torch", "torch")):
        assert re.search(rf"^\| {label} \|.*\| {LIMITS[backend]:.2f} \|$", cost, flags=re.MULTILINE), label
    edition = (ROOT / "docs/student_edition.md").read_text(encoding="utf-8")
    points = sum(e.points for e in CONTENT.exercises)
    assert f"of the {points} points" in edition
    steps = {path.stem for path in (ROOT / "tests/course/training/published_steps").glob("*.py")}
    steps -= {"__init__", "data", "worker", "test_published_steps"}
    assert f"for {len(steps)} published kinds of training step" in (ROOT / "docs/training_step.md").read_text(
        encoding="utf-8"
    )


@pytest.mark.backend_independent
@pytest.mark.parametrize("exercise", CONTENT.exercises, ids=[exercise.name for exercise in CONTENT.exercises])
def test_a_task_begins_with_the_title_of_its_exercise(exercise):
    assert exercise.task.read_text(encoding="utf-8").startswith(f"# {exercise.title}\n")


def test_the_example_of_the_front_page():
    """The step on the first page runs as it is printed, on every backend, and lowers the cost."""
    (example,) = re.findall(
        r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    keras.utils.set_random_seed(1)
    names = {}
    exec(example, names)
    costs = names["history"].history["loss"]
    assert np.isfinite(costs).all()
    assert costs[-1] < 0.9 * costs[0]
