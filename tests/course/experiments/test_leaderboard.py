import json
import os

import numpy as np
import pytest
from scipy import stats

from course import CourseError, catalog
from course.experiments import leaderboard
from course.experiments.leaderboard import markdown, words
from tests.course import mini
from tests.course.experiments.test_report import Page

pytestmark = pytest.mark.backend_independent

BOARD = """
[experiment.leaderboard]
task = "Guess <rows>"
score = "accuracy"
better = "{better}"
{more}
[experiment.leaderboard.models]
{models}
"""


def toml(better="higher", more="", extra=""):
    """Two experiments with one task, and a third with a score that only its full run records."""
    models = '"one | bar" = "first"\n"two" = "second"'
    text = mini.add(
        'title = "t"\nidea = "i"\nbook = "b"\n', "left", "first = [0, 1]\nsecond = [0, 1]", "iris"
    )
    text += BOARD.format(better=better, more=more, models=models)
    text = mini.add(text, "right", "third = [0, 9]")
    text += "[experiment.expected_full]\nfourth = [0, 1]\n"
    text += BOARD.format(better=better, more=more, models='"three" = "third"\n"four" = "fourth"')
    return text + extra


@pytest.fixture
def course(tmp_path):
    """Return a function that makes the mini course."""

    def make(**options):
        root = tmp_path / "home"
        mini.write(root, toml(**options), exercise_toml=mini.EXERCISE_TOML, left="", right="")
        return catalog.load(root)

    return make


@pytest.fixture
def record(tmp_path):
    """Return a function that writes the result of one experiment into a folder of runs."""
    count = iter(range(1000))

    def write(experiment="left", metrics=None, data=("iris",), models=None, **changes):
        content = {
            "unit": "u01",
            "experiment": experiment,
            "backend": "jax",
            "device": "cpu",
            "mode": "quick",
            "seed": 0,
            "data": [{"name": name, "source": "s", "options": {}, "notes": []} for name in data],
            "status": "ok",
            "error": None,
            "metrics": metrics or {},
            "models": models or {},
        }
        number = next(count)
        path = tmp_path / "runs" / f"run-{number}" / "u01" / experiment / "result.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content | changes))
        os.utime(path, (1_000_000 + number, 1_000_000 + number))  # each is newer than the one before
        return path

    write.folder = tmp_path / "runs"
    return write


def board(content, record):
    return leaderboard.board(content, leaderboard.recorded(record.folder))


def test_the_best_model_comes_first_in_either_direction(course, record):
    record(metrics={"first": 0.25, "second": 0.5})
    for better, order in (("higher", ["two", "one | bar"]), ("lower", ["one | bar", "two"])):
        content = catalog.load(mini.write(record.folder.parent / better, toml(better), left="", right=""))
        group = board(content, record).groups[0]
        assert (group.task, group.data, group.mode) == ("Guess <rows>", "iris", "quick")
        assert [row.model for row in group.rows] == order


def test_seeds_give_a_mean_and_students_interval(course, record):
    scores = [0.1, 0.4, 0.3]
    for seed, score in enumerate(scores):
        size = {"first": {"parameters": 7, "seconds": 1.0 + seed, "trainings": 1}}
        record(metrics={"first": score, "second": 0.5}, seed=seed, models=size)
    row = next(row for row in board(course(), record).groups[0].rows if row.model == "one | bar")
    low, high = stats.t.interval(0.95, 2, np.mean(scores), stats.sem(scores))
    assert row.score == pytest.approx(np.mean(scores))
    assert (row.score - row.half, row.score + row.half) == pytest.approx((low, high))
    assert (row.seeds, row.parameters, row.seconds) == ((0, 1, 2), 7, 2.0)
    assert words.seeds(row) == "0–2"
    assert "±" in words.score(row)


def test_of_two_runs_of_the_same_kind_the_newer_one_counts(course, record):
    record(metrics={"first": 0.9, "second": 0.5})
    record(metrics={"first": 0.1, "second": 0.5})
    rows = board(course(), record).groups[0].rows
    assert [row.values for row in rows] == [(0.5,), (0.1,)]


def test_backends_modes_and_data_sets_are_told_apart(course, record):
    record(metrics={"first": 0.1, "second": 0.5})
    record(metrics={"first": 0.2, "second": 0.5}, backend="torch")
    record(metrics={"first": 0.3, "second": 0.5}, mode="full")
    record(metrics={"third": 0.4}, experiment="right", data=())
    groups = board(course(), record).groups
    assert [(g.data, g.mode, len(g.rows)) for g in groups] == [
        ("iris", "quick", 4),
        ("", "quick", 1),
        ("iris", "full", 2),
        ("", "full", 0),
    ]
    assert {row.backend for row in groups[0].rows} == {"jax", "torch"}


def test_a_complement_turns_an_error_into_an_accuracy(course, record):
    record(metrics={"first": 0.25, "second": 0.5})
    rows = board(course(more="complement = true"), record).groups[0].rows
    assert [(row.model, row.score) for row in rows] == [("one | bar", 0.75), ("two", 0.5)]


def test_what_is_missing_comes_with_its_command_and_the_reason(course, record):
    record(metrics={"first": 0.5, "second": None})
    record(experiment="right", status="error", error="It broke.")
    made = board(course(), record)
    missing = {m.model: (m.command, m.reason) for group in made.groups for m in group.missing}
    assert missing == {
        "two": ("course run u01/left", "its 1 recorded run did not record second"),
        "three": ("course run u01/right", "its last run failed: It broke."),
        "four": ("course run u01/right --full", "its last run failed: It broke."),
    }
    assert made.sentence == "1 of 4 models have a score, in 1 row."
    assert made.full_runs == ["course run u01/right --full"]


def test_a_failed_run_does_not_hide_an_older_good_one(course, record):
    record(metrics={"first": 0.5, "second": 0.25})
    record(metrics={"first": 0.1}, status="error", error="It broke.")
    assert [row.score for row in board(course(), record).groups[0].rows] == [0.5, 0.25]


def test_damaged_results_are_left_out_and_named(course, record):
    record(metrics={"first": 0.5, "second": 0.25})
    for text in ('{"unit": "u01"', "[]", '{"unit": "u01"}', '{"metrics": 3}'):
        record().write_text(text)
    record(seed="zero")
    record(models={"first": 3})
    before = {path: path.read_bytes() for path in record.folder.rglob("result.json")}
    made = board(course(), record)
    assert len(made.groups[0].rows) == 2
    first = "run-1/u01/left/result.json (not valid JSON in line 1) and 5 more."
    assert made.unreadable == f"Left out, because it is no result of a run: {first}"
    leaderboard.write(made, record.folder / "leaderboard")
    assert {path: path.read_bytes() for path in record.folder.rglob("result.json")} == before


@pytest.mark.parametrize("damaged", [False, True])
def test_without_a_run_one_sentence_says_what_to_do(record, damaged):
    if damaged:
        record().write_text("{")
    with pytest.raises(CourseError, match=r"no recorded run.*`course run all`"):
        leaderboard.recorded(record.folder)


def test_the_page_shows_every_row_and_needs_no_network(course, record):
    record(metrics={"first": 0.25, "second": 0.5}, status="off")
    (record.folder / "run-0" / "index.html").write_text("the page of the run")
    made = board(course(more='note = "<small> data"'), record)
    path = leaderboard.write(made, record.folder / "leaderboard")
    page = Page(path.read_text(encoding="utf-8"))
    for text in (
        "Guess <rows> (iris), quick runs",
        "one | bar",
        "<small> data",
        "0.25 (off its band)",
        made.sentence,
    ):
        assert text in page.text
    assert "course run u01/right --full" in page.text
    assert 'alt="For each task and data set, the score of each model. Every model' in path.read_text("utf-8")
    assert "script" not in page.tags
    for link in page.links:
        name, _, anchor = link.partition("#")
        assert (path.parent / name).resolve().is_file() if name else anchor in page.ids, link
    assert "../run-0/index.html#u01-left" in page.links
    written = {file.name for file in path.parent.iterdir()}
    ends = ("md", "json", "png", "svg")
    assert written == {"index.html", *(f"leaderboard.{end}" for end in ends)}
    content = json.loads((path.parent / "leaderboard.json").read_text())
    assert [row["score"] for row in content["groups"][0]["rows"]] == [0.5, 0.25]


def test_a_table_of_single_rows_has_no_figure_and_leaves_no_old_one(course, record):
    content, folder = course(), record.folder / "leaderboard"
    record(metrics={"first": 0.25, "second": 0.5})
    leaderboard.write(board(content, record), folder)
    assert (folder / "leaderboard.png").exists()
    record(metrics={"first": None, "second": 0.5})
    path = leaderboard.write(board(content, record), folder)
    assert not (folder / "leaderboard.png").exists()
    assert "leaderboard.png" not in path.read_text()


def test_the_text_has_a_table_for_each_group(course, record):
    record(metrics={"first": 0.25, "second": 0.5})
    text = markdown.text(board(course(), record))
    assert "## Guess <rows> (iris), quick runs" in text
    assert "| 2 | one \\| bar | 0.25 | 0 | – | – | jax, cpu | u01/left |" in text
    assert "- three: no run is recorded; `course run u01/right`" in text


def test_the_course_compares_models_of_all_units():
    content = catalog.load()
    entries = [(e.unit.name, entry) for e in content.experiments for entry in e.leaderboard]
    assert {unit for unit, _ in entries} == {
        unit.name for unit in content.units if unit.number
    }  # unit 0 trains no model
    assert len(entries) >= 80
    names = [(entry.task, entry.model) for _, entry in entries]
    assert len(set(names)) == len(names), "two models of a task have the same name"
