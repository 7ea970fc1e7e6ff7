"""What the handbook adds to a page: goals, exercises, results of runs, navigation, notation, reference."""

import json
import os
import re
from pathlib import Path

import pytest

from course import catalog, slides
from course.handbook import indexes, unit_pages

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[3]
CONTENT = catalog.load()
UNIT = CONTENT.find("u02")


@pytest.fixture
def runs(tmp_path):
    """A folder of runs with two results of one experiment, the older one in another folder."""
    for name, backend, value in (
        ("20260101-000000-jax", "jax", 0.5),
        ("20260102-000000-torch", "torch", None),
    ):
        folder = tmp_path / name / "u02/logistic_link"
        folder.mkdir(parents=True)
        (folder / "link.png").write_bytes(b"")
        content = {
            "unit": "u02", "experiment": "logistic_link", "backend": backend, "mode": "quick", "seed": 0,
            "status": "ok", "seconds": 1.25, "device": "cpu", "data": [{"name": "breast_cancer"}],
            "metrics": {"accuracy_one_feature": value}, "not_finite": {} if value else {"accuracy_one_feature": "nan"},
            "figures": [{"name": "link", "inches": [6, 4], "png": "link.png", "alt": "p in [0, 1] against z."}],
        }  # fmt: skip
        (folder / "result.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "20260103-000000-jax/u02/odds_ratios").mkdir(parents=True)
    (tmp_path / "20260103-000000-jax/u02/odds_ratios/result.json").write_text("{", encoding="utf-8")
    os.utime(tmp_path / "20260101-000000-jax/u02/logistic_link/result.json", (1, 1))
    return tmp_path


def page(unit, results):
    text = (unit.path / "README.md").read_text(encoding="utf-8")
    return unit_pages.complete(text, unit, results)


def test_a_unit_without_runs_says_how_to_record_them(tmp_path):
    text = page(UNIT, unit_pages.Recorded(tmp_path))
    assert "`course run u02` runs the experiments of the unit and records" in text
    assert "`course run u02/logistic_link`" in text
    assert "Recorded on" not in text
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings == ["Goals: 135 minutes", "Reading order", "Exercises", "Results", "Symbols"]


def test_the_newest_run_is_shown(runs):
    text = page(UNIT, unit_pages.Recorded(runs))
    assert "Recorded on torch, seed 0" in text
    assert "Recorded on jax" not in text
    assert "| `accuracy_one_feature` | nan | 0.716 … 0.718 |" in text.replace("\N{NO-BREAK SPACE}", " ")
    (alternative,) = re.findall(
        r"!\[(.*)\]\(\S+20260102-000000-torch/u02/logistic_link/link.png\)\{width=540px\}", text
    )
    words, described = alternative.split(". ", maxsplit=1)  # those of the deck, and what the run recorded
    assert described == "p in (0, 1) against z."
    assert f"![{words}](figure:u02/logistic_link/link)" in slides.load(UNIT).path.read_text(encoding="utf-8")
    assert "[`logistic_link`](#u02-logistic-link)" in text
    assert "[`odds_ratios`](#results)" in text


@pytest.mark.parametrize("unit", CONTENT.units, ids=lambda u: u.name)
def test_the_page_of_a_unit_is_whole(unit, tmp_path):
    text = page(unit, unit_pages.Recorded(tmp_path))
    for heading in ("Goals: ", "Reading order", "Exercises", "Results", "Symbols"):
        assert f"\n## {heading}" in text, heading
    for exercise in unit.exercises:
        assert f"| {exercise.points} | {exercise.minutes} |" in text
        assert f"exercises/{exercise.id}/task.md" in text
    assert "Note:" not in unit_pages.goals(unit)  # what the speaker says stays in the deck


def test_the_navigation_has_every_page_and_unit():
    text = indexes.navigation((ROOT / "docs/README.md").read_text("utf-8"), CONTENT, ROOT)
    trees = "".join(re.findall(r"^```\{toctree\}.*?^```", text, flags=re.DOTALL | re.MULTILINE))
    for path in (ROOT / "docs").glob("*.md"):
        assert path.stem == "README" or f"\n{path.stem}\n" in trees, path.name
    for unit in CONTENT.units:
        assert f"\n../units/{unit.slug}/README\n" in trees


def test_the_notation_has_the_symbols_of_all_units():
    table = indexes.notation("", CONTENT)
    for unit in CONTENT.units:
        assert len(indexes.symbols(unit)) >= 10
        for group, meaning in indexes.symbols(unit):
            assert f"| {group} | {meaning} | " in table
    firsts = re.findall(r"^\| (\S+?)[, ]", table, flags=re.MULTILINE)
    assert firsts.index("n") < firsts.index("θ")


def test_the_reference_has_the_public_names():
    text = indexes.reference("")
    for line in (
        ".. autofunction:: course.value_and_grad",
        ".. autoclass:: course.Model\n   :members:",
        ".. autoclass:: course.experiments.Run",
        ".. autofunction:: course.data.load",
        ".. autofunction:: course.grading.close",
        ".. autoexception:: course.CourseError",
    ):
        assert line in text


def test_the_timetable_has_every_goal_and_fits_into_two_hours_a_week():
    table = indexes.timetable("", CONTENT)
    rows = re.findall(
        r"^\| (\**\d*\**) \| \[(\d+)\]\([^)]+\) \| (.+) \| (\d+) \|$", table, flags=re.MULTILINE
    )
    assert len(rows) == sum(len(unit_pages.goals_of(unit)) for unit in CONTENT.units if unit.number > 0)
    assert {number for _, number, _, _ in rows} == {str(number) for number in range(1, 11)}
    appendix = unit_pages.goals_of(CONTENT.find("u00"))
    before = f"takes {sum(minutes for _, minutes in appendix)} minutes"
    assert before in (ROOT / "docs/timetable.md").read_text("utf-8")
    weeks = []
    for week, _, _, minutes in rows:
        if week:
            weeks.append(0)
        weeks[-1] += int(minutes)
    assert len(weeks) == 14
    assert max(weeks) <= 135  # on average two hours with the questions
    assert sum(weeks) + 14 * 8 <= 28 * 60
    assert f"The slides take {round(sum(weeks) / 60)} hours" in (ROOT / "docs/timetable.md").read_text(
        "utf-8"
    )


def test_the_page_of_results(runs, tmp_path):
    text = indexes.all_results("# Results\n", CONTENT, unit_pages.Recorded(runs))
    row = "| logistic link | `accuracy_one_feature` | 0.716 … 0.718 | **0.5** |  | **nan** |"
    assert row in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "There is no recorded run yet." in indexes.all_results(
        "", CONTENT, unit_pages.Recorded(tmp_path / "no")
    )
