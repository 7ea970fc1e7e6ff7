"""Decks point at things that exist: code, figures of experiments, experiments and exercises to run; and are whole."""

import ast
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course import catalog, cli, slides
from course.figures import SMALLEST_TEXT
from tests.course.slides.decks import blank_figures, needs_browser, needs_extra

pytestmark = pytest.mark.backend_independent
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
def test_exercises_are_called_by_their_id(unit):
    """A bare number stays as it is when exercises change places, and then names another one."""
    text, known = deck(unit), {x.id.split("_")[0] for x in unit.exercises}
    assert not re.findall(r"[Ee]xercises? \d+", text)
    assert set(re.findall(r"\bex\d\d\b", text)) <= known


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_mathematics_is_closed(unit):
    for slide in re.split(r"^--(?:-)?$", deck(unit), flags=re.MULTILINE):
        text = re.sub(r"`[^`]*`", "", slide)
        assert text.count("$$") % 2 == 0, slide[:80]
        assert text.replace("$$", "").replace(r"\$", "").count("$") % 2 == 0, slide[:80]


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_deck_begins_with_goals_and_minutes_and_ends_with_summary_and_references(unit):
    _, goals, *middle, summary, references = slides.load(unit).slides
    total = re.fullmatch(r"Goals: (\d+) minutes", goals.title)
    assert total, goals.title
    minutes = [int(m) for m in re.findall(r"\| (\d+) \|$", goals.text, flags=re.MULTILINE)]
    assert len(minutes) >= 4
    assert sum(minutes) == int(total[1])
    assert 3 <= sum(minutes) / len(middle) <= 6  # minutes a slide
    assert (summary.title, references.title) == ("Summary", "References")
    assert summary.text.count("\n- ") >= 4
    assert references.text.count("\n- ") >= 3
    assert "Liquet, Moka and Nazarathy" in references.text


def sizes(path):
    """The sizes of the figures that an experiment names: figure → (width, height) in inches."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = {}
    for call in calls:
        size = next((k.value for k in call.keywords if k.arg == "size"), None)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "figure" and size is not None:
            size = constants[size.id] if isinstance(size, ast.Name) else size
            found[call.args[0].value] = ast.literal_eval(size)
    return found


@needs_extra
@needs_browser
def test_every_slide_fits_and_the_text_of_its_figures_can_be_read(monkeypatch, tmp_path):
    """Blank figures of the right sizes stand for the drawn ones; `test_experiment` holds the size of their text."""
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path))
    shown = {key for unit in UNITS for key in re.findall(r"figure:(u\d\d/\w+)/(\w+)", deck(unit))}
    for experiment in (e for unit in UNITS for e in unit.experiments):
        drawn = sizes(experiment.path)
        assert {figure for name, figure in shown if name == experiment.name} <= set(drawn), experiment.name
        blank_figures(tmp_path, experiment.name, drawn, SMALLEST_TEXT)
    done = CliRunner().invoke(cli.app, ["slides", "check"])
    assert done.exit_code == 0, done.output + done.stderr
    assert "Every slide fits" in done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_the_reading_order_names_slides_that_are_there(unit):
    titles = {slide.title.replace(r"$\kappa$", "κ") for slide in slides.load(unit).slides}
    readme = (ROOT / "units" / unit.slug / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\|(.*)\|$", readme, flags=re.MULTILINE)
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    head = next(row for row in rows if "slide" in row)
    cells = [row[head.index("slide")] for row in rows if len(row) == len(head)]
    named = {name.strip() for cell in cells for name in cell.split(";")} - {"", "slide", "---"}
    assert len(named) > 10
    assert named <= titles


def percentages(text):
    """The percentages of a text as shares, without those that name a level of confidence."""
    text = re.sub(r"95% (confidence |Wilson )?(interval|confidence)|\(95%:", "", text)
    return [float(number) / 100 for number in re.findall(r"(\d+(?:\.\d+)?)(?:–\d+(?:\.\d+)?)?\s*\\?%", text)]


def other_runs_number(text, experiment):
    """What a text beside a figure says of the full run without saying so; "" if there is nothing.

    The figure is that of a quick run, unless somebody has made a full one. So what is named beside it is the quick
    set, and a percentage is that of the quick run (within an expected band, as it is or as its complement), or the
    sentence begins with "Full run". What could be of either run begins with "Quick run".
    """
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9*#$!`-])|\n\s*\n|\n", text):
        if re.search(r"\bFull run\b", sentence):
            continue
        if re.search(rf"\b{experiment.full}\b", sentence, flags=re.IGNORECASE):
            return sentence
        for share in percentages(sentence):
            quick, full = (
                any(low <= s <= high for low, high in bands.values() for s in (share, 1 - share))
                for bands in (experiment.expected, experiment.expected_full)
            )
            if not quick or (full and "Quick run" not in sentence):
                return sentence
    return ""


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_number_beside_a_figure_is_of_the_figures_run(unit):
    experiments = {e.name: e for u in UNITS for e in u.experiments}
    for slide in slides.load(unit).slides:
        shown = set(re.findall(r"figure:(u\d\d/\w+)/\w+", slide.text))
        text = re.sub(r"!\[[^\]]*\]\([^)]*\)|`[^`]*`", "", slide.text)
        for name in shown:
            if experiments[name].full:
                assert not other_runs_number(text, experiments[name]), slide.title


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("## All of it: 98.4% on MNIST", False),
        ("## All of it\n\nTest accuracy 98.9%.", False),
        ("## All of it\n\nTest accuracy 98.4%.", False),
        ("## All of it\n\nOn MNIST the error is small.", False),
        ("## All of it\n\nQuick run, 8 × 8 digits: 96%. Full run, MNIST: 98.4%.", True),
        ("## All of it\n\nFull run, MNIST: 98.4%. On the test set 99.2%.", False),
        ("## All of it\n\nThe error of the figure is 4% (95%: 2 to 6).", True),
    ],
)
def test_the_check_of_numbers_beside_figures(text, right):
    experiment = next(e for u in UNITS for e in u.experiments if e.name == "u04/mlp_mnist")
    assert right == (not other_runs_number(text, experiment))
