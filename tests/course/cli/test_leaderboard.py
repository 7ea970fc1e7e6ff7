"""What a user types: two quick experiments, then the page."""

import json

import pytest
from typer.testing import CliRunner

from course import cli

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def course(monkeypatch, tmp_path):
    """Return a function that types a command; the runs lie in a folder of their own."""
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))

    def type_in(*words):
        done = CliRunner().invoke(cli.app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return type_in


def test_two_experiments_and_then_the_page(course, tmp_path):
    done = course("run", "u01/least_squares_digits", "u02/softmax_regression", "--jobs", "1")
    assert done.exit_code == 0, done.output
    done = course("leaderboard")
    assert done.exit_code == 0, done.output
    assert "softmax regression" in done.stdout
    folder = tmp_path / "runs" / "leaderboard"
    assert str(folder / "index.html") in done.stdout
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "course run u04/mlp_mnist" in page
    assert (folder / "leaderboard.svg").is_file()

    done = course("leaderboard", "u02", "--json", "--out", tmp_path / "other")
    content = json.loads(done.stdout)
    (group,) = content["groups"]
    (row,) = group["rows"]
    assert (group["task"], group["data"], group["mode"]) == ("Handwritten digits", "digits", "quick")
    assert (row["model"], row["parameters"], row["seeds"]) == ("softmax regression", 650, [0])
    assert row["seconds"] > 0
    assert 0.9 < row["score"] < 1
    assert content["page"] == str(tmp_path / "other" / "index.html")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "holds no recorded run: `course run all`"),
        (["u02/softmax_regression"], "u02/softmax_regression is no unit: say `course leaderboard u02`"),
        (["u77"], "There is no u77"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(course, tmp_path, words, message):
    done = course("leaderboard", *words)
    assert done.exit_code == 2
    assert message in " ".join(done.stderr.split())
    assert not (tmp_path / "runs").exists()
