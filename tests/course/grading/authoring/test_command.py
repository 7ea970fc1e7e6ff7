"""`course certify`: the table, the kill rate, the sample, and the exit status."""

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.cli.instructor import choose
from course.grading.authoring.certify import certify
from course.grading.sandbox import workers as workers_module
from course.grading.time_limits import Limits
from tests.course.grading.conftest import MINI, mini_copy, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def command(monkeypatch, workers):  # noqa: F811
    """Function that runs a command in the mini course, or in a copy, and returns its output."""
    monkeypatch.setattr(workers_module, "Workers", lambda *args, **kwargs: nullcontext(workers))

    def course(*words, status=0, home=MINI):
        monkeypatch.setenv("COURSE_HOME", str(home))
        result = CliRunner().invoke(cli.app, words)
        assert result.exit_code == status, result.output
        return result.stdout

    return course


def test_the_table_shows_the_results(command, backend):
    output = command("certify")
    first = next(line for line in output.splitlines() if "u01/ex01_centre" in line)
    assert first.split()[:7] == ["u01/ex01_centre", "4/4", "0/4", "2/2", "equal", "3", "yes"]
    assert first.split()[-1] == "certified"
    assert f"2 of 2 certified on {backend}; kill rate 4/4 wrong variants (100.0%)." in " ".join(
        output.split()
    )


def test_json_and_one_exercise(command, backend):
    content = json.loads(command("certify", "1.2", "--json", "--seed", "5"))
    assert (content["backend"], content["seed"], content["killed"], content["wrong"]) == (backend, 5, 2, 2)
    (certificate,) = content["certificates"]
    assert (certificate["exercise"], certificate["ok"], certificate["passed"]) == ("u01/ex02_scale", True, [])


def test_a_mistake_that_loses_no_marks_and_missing_docstrings_are_shown(command, mini_copy, tmp_path):  # noqa: F811
    def change(unit):
        folder = unit / "exercises" / "ex01_centre"
        mistakes = folder / "mistakes.diff"
        mistakes.write_text(mistakes.read_text().replace("ops.mean(x)", "ops.mean(x, axis=0)[None, :]"))
        solution = folder / "solution.py"
        solution.write_text(solution.read_text() + "\n\ndef more():\n    return 1\n")
        (folder / "task.md").write_text("Do it.")

    mini_copy(change)
    output = " ".join(command("certify", status=1, home=tmp_path / "mini").split())
    assert "u01/ex01_centre 4/4 0/4 1/2 differ 3 no" in output
    assert "u01/ex01_centre: wrong_whole.py loses no marks" in output
    assert "u01/ex01_centre: more has no docstring" in output
    assert "1 of 2 certified" in output
    assert "kill rate 3/4 wrong variants (75.0%)" in output


def test_a_slow_solution_gives_a_complaint(mini_copy, workers, monkeypatch):  # noqa: F811
    exercise = mini_copy()[0]
    monkeypatch.setattr(workers, "limits", Limits(part=60.0, exercise=120.0))
    monkeypatch.setattr("course.grading.authoring.certify.SHARE_OF_LIMIT", 0.0)
    complaints = certify(exercise, workers).complaints
    assert ["too close to the limit" in message for message in complaints] == [True]


def test_the_sample_is_the_same_for_a_seed_and_keeps_the_order():
    exercises = catalog.load().exercises
    names = [e.name for e in choose(exercises, 4, 3)]
    assert names == [e.name for e in choose(exercises, 4, 3)]
    assert len(set(names)) == 4
    assert names == [e.name for e in exercises if e.name in names]
    assert len({tuple(e.name for e in choose(exercises, 4, seed)) for seed in range(20)}) > 5
    assert choose(exercises, None, 0) == choose(exercises, 10_000, 0) == exercises


def test_an_experiment_is_not_an_exercise(command, tmp_path):
    result = CliRunner().invoke(cli.app, ["certify", "u77"])
    assert result.exit_code == 2
    assert "There is no u77" in result.output
