"""Every command prints on every console: what an encoding does not hold is written with plain characters."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from course import catalog, cli
from course.cli import application, plain_text
from course.grading.report import FAILED, NOT_DONE, PartResult, Report
from course.grading.sandbox import trial  # noqa: F401  it takes Workers as they are, before a test here replaces them
from course.grading.screen import print_report
from tests.course import mini as mini_course
from tests.course.grading.conftest import MINI, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent

EXERCISE_TOML = "units/u01_mini/exercises/ex01_double/exercise.toml"

# How each command is tried here: its words and the exit status. A new command needs a line.
TRIED = {
    "list": (["list"], 0),
    "doctor": (["doctor"], 0),
    "run": (["run", "u07"], 2),
    "leaderboard": (["leaderboard"], 2),
    "start": (["start", "1"], 0),
    "check": (["check", "1.1", "--all"], 1),
    "hint": (["hint", "1.1"], 0),
    "progress": (["progress", "1"], 0),
    "watch": (["watch", "1.1"], 0),
    "submit": (["submit", "u01", "--student", "anna", "--partial"], 0),
    "certify": (["certify", "1.2"], 0),
    "mistake": (["mistake", "1.2", "added", "--diff"], 0),
    "new": (["new", "exercise", "u01", "κ ≤ 1"], 0),
    "release": (["release", "."], 2),
    "grade": (["grade", "nowhere", "--out", "grades"], 2),
    "seed": (["seed", "nowhere/class.seed"], 2),
    "mark": (["mark", "anna", "1.1", "--out", "grades", "--clear"], 2),
    "similar": (["similar", "nowhere", "--out", "similar"], 2),
    "bench": (["bench", "nothing"], 2),
    "report": (["report"], 0),
    "slides": (["slides", "u07"], 2),
    "notebooks": (["notebooks", "build", "u07"], 2),
    "portable": (["portable", "nothing.py"], 2),
}


def _commands():
    return sorted(typer.main.get_command(cli.app).commands)


@pytest.fixture
def student(tmp_path, monkeypatch, request, workers):  # noqa: F811
    """A student of a mini course whose titles and names hold what few consoles can show."""
    root = tmp_path / "home"
    shutil.copytree(MINI, root, ignore=shutil.ignore_patterns("__pycache__"))
    toml = root / "units/u01_mini/exercises/ex01_centre/exercise.toml"
    text = toml.read_text(encoding="utf-8").replace("Take the mean away", "κ ≤ ‖x‖² − é ✓ 中 ᵀ")
    toml.write_text(text.replace("Which axis", "Σ₋₁ … √n: which axis"), encoding="utf-8")
    monkeypatch.setenv("COURSE_HOME", str(root))
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    if "grade" not in request.node.name:  # which makes kinds of its own
        monkeypatch.setattr(
            "course.grading.sandbox.workers.Workers", lambda *args, **kwargs: nullcontext(workers)
        )
    (first, _) = catalog.load(root).exercises
    answer = tmp_path / "work" / "u01" / f"{first.id}.py"
    answer.parent.mkdir(parents=True)
    answer.write_text(f"print('é✓')\n{first.wrong['whole'].read_text(encoding='utf-8')}", encoding="utf-8")

    def interrupt(paths, polling=None):
        raise KeyboardInterrupt

    monkeypatch.setattr("course.grading.workspace.watching.changes", interrupt)
    return root


@pytest.mark.parametrize("name", _commands())
def test_every_command_prints_on_every_console(student, name):
    assert name in TRIED, f"say in TRIED how `course {name}` is tried on every console"
    words, status = TRIED[name]
    for charset in ("ascii", "cp1252"):
        runner = CliRunner(charset=charset)
        assert runner.invoke(cli.app, [name, "--help"]).exit_code == 0
        done = runner.invoke(cli.app, words)
        assert done.exit_code == status, done.output
        assert "UnicodeEncodeError" not in done.output
        assert done.output.strip()


def test_signs_and_letters_have_plain_characters():
    assert (
        plain_text.plain("κ ≤ ‖x‖² − é ✓ Σ … § 3.1 “x” ⠋ 中")
        == 'kappa <= ||x||2 - e + Sigma ... sec. 3.1 "x" * ?'
    )
    assert plain_text.plain("naïve ﬁt, x₁ → y") == "naive fit, x1 -> y"
    assert plain_text.plain("1/√n, 2/λ, Λ") == "1/sqrt n, 2/lambda, Lambda"


def test_json_is_the_same_on_every_console(student):
    printed = {charset: CliRunner(charset=charset).invoke(cli.app, ["list", "--json"]).stdout
               for charset in ("ascii", "cp1252", "utf-8")}  # fmt: skip
    assert len({json.dumps(json.loads(text)) for text in printed.values()}) == 1
    assert "κ ≤ ‖x‖²" in json.loads(printed["ascii"])[0]["exercises"][0]["title"]


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "cp1252", "TERM": "dumb"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=["cp1252", "C"],
)  # fmt: skip
def test_a_right_answer_is_right_on_every_console(variables, tmp_path):
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("COURSE_", "LC_", "LANG"))
    }
    env |= {"COURSE_HOME": str(MINI), "COURSE_WORK": str(tmp_path / "work")} | variables
    solution = MINI / "units/u01_mini/exercises/ex02_scale/solution.py"

    def course(*words):
        command = [sys.executable, "-m", "course.cli", *words]
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert b"u01/ex02_scale" in course("list")
    assert b"All 3 points." in course("check", "1.2", "--file", str(solution))


# -- eighty columns -----------------------------------------------------------------------------------


def _printed(width, show):
    console = Console(width=width, record=True, file=open(os.devnull, "w", encoding="utf-8"), highlight=False)  # noqa: SIM115
    with console.file:
        show(console)
        return console.export_text()


def test_titles_are_whole_at_eighty_columns(tmp_path):
    root = mini_course.write(tmp_path / "home")
    toml = root / "units/u01_mini/unit.toml"
    title = "A title of many words that no table of eighty columns has a place for beside all of its numbers"
    for path, old in ((toml, "All is well & good"), (root / EXERCISE_TOML, "Double")):
        path.write_text(path.read_text(encoding="utf-8").replace(old, title), encoding="utf-8")
    (unit,) = catalog.load(root).units
    for width in (80, 150):
        said = _printed(width, lambda console: application._print_unit(console, unit))
        assert " ".join(said.split()).count(title) == 2, said
        assert all(len(line) <= width for line in said.splitlines())
    lines = [line.split() for line in said.splitlines()]
    assert ["u01/good", "§1.1", "iris", "wine"] not in lines  # the title stands between
    lines = [
        line.split()
        for line in _printed(80, lambda console: application._print_unit(console, unit)).splitlines()
    ]
    assert lines[lines.index(["u01/good", "§1.1", "iris", "wine"]) + 1][:5] == title.split()[:5]


def _report(*parts):
    return Report("u01/ex01_centre", "Take the mean away", "x.py", "torch", 0, list(parts))


def test_arrays_wrap_once_at_eighty_columns():
    import numpy as np

    from course.grading.feedback import value_text

    array = value_text(np.linspace(-1, 1, 40).reshape(5, 8) * 1234.5678)
    part = PartResult(
        "values", 2, status=FAILED, message="Wrong.", inputs={"x": array, "name": array}, got=array
    )
    said = _printed(80, lambda console: print_report(console, _report(part)))
    for line in array.splitlines():
        assert any(printed.rstrip().endswith(line) for printed in said.splitlines()), (line, said)
    part.inputs = {"a_name_of_thirty_two_characters_": array}
    said = _printed(80, lambda console: print_report(console, _report(part)))
    lines = [line.strip() for line in said.splitlines()]
    assert lines[lines.index("a_name_of_thirty_two_characters_ =") + 1] == array.splitlines()[0]


def test_the_first_failure_of_an_exercise_and_the_rest_on_request():
    parts = [
        PartResult(f"part {i}", 1, status=NOT_DONE, message=f"Not done yet: f{i} raises.") for i in range(4)
    ]
    parts[3] = PartResult("part 3", 1, status=FAILED, message="Wrong.", hint="look")

    def said(*args, **kwargs):
        return _printed(80, lambda console: print_report(console, _report(*parts), *args, **kwargs))

    brief = said(brief=True)
    assert "Not done yet: f0 raises." in brief
    assert "part 1" not in brief
    assert "3 more parts failed: course check u01/ex01_centre --all says why." in brief
    assert len(brief.strip().splitlines()) == 5
    assert all(f"part {i}" in said() for i in range(4))
    assert "f1 raises" not in said()
    everything = said(everything=True)
    assert all(text in everything for text in ("f0 raises", "f1 raises", "f2 raises", "Wrong.", "Hint: look"))
    parts[3] = parts[2]
    assert "3 more parts are not done yet." in said(brief=True)


def test_a_pipe_is_as_wide_as_columns_says(student, monkeypatch):
    widths = {}
    for columns in ("", "60"):
        monkeypatch.setenv("COLUMNS", columns)
        widths[columns] = max(map(len, CliRunner().invoke(cli.app, ["list"]).output.splitlines()))
    assert widths["60"] <= 60 < widths[""]
