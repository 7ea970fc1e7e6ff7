import json
import os
import re
import subprocess
import sys

import pytest
import typer.main
from typer.testing import CliRunner

from course import backend as backend_choice
from course import cli
from course.experiments import folders as run_folders
from tests.course import mini


@pytest.fixture
def course(monkeypatch, tmp_path):
    """Return a function that types a command in a mini course."""
    mini.write(tmp_path / "home")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COURSE_RUNS", str(tmp_path / "runs"))
    monkeypatch.delenv("COURSE_TRACEBACK", raising=False)
    monkeypatch.setattr("course.data.cards.folder", _datasets())
    monkeypatch.setattr(
        "course.experiments.jobs.cores", lambda: 1
    )  # one after the other, unless a test asks for more

    def type_in(*words):
        done = CliRunner().invoke(cli.app, [str(word) for word in words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return type_in


def _datasets():
    from course.data import cards

    folder = cards.folder()  # of the real course: a mini course has no cards of its own
    return lambda: folder


def replace_units(tmp_path, toml, **experiments):
    import shutil

    shutil.rmtree(tmp_path / "home")
    mini.write(tmp_path / "home", toml, **experiments)


@pytest.mark.backend_independent
def test_list_shows_everything_and_one_unit(course):
    everything = course("list")
    assert everything.exit_code == 0
    for words in (
        "A <b>mini</b> unit",
        "u01/good",
        "All is well & good",
        "u01/ex01_double",
        "own numbers",
        "hard",
    ):
        assert words in everything.stdout
    assert course("list", "1").stdout == everything.stdout


@pytest.mark.backend_independent
def test_list_as_json(course):
    (unit,) = json.loads(course("list", "--json").stdout)
    assert unit["unit"] == "u01"
    assert [e["name"] for e in unit["experiments"]] == ["u01/good", "u01/outside", "u01/raises"]
    assert unit["experiments"][0]["expected"]["rows"] == [150, 150]
    assert unit["exercises"][0] == {
        "name": "u01/ex01_double",
        "title": "Double",
        "book": "§1.4",
        "points": 2,
        "minutes": 5,
        "difficulty": 3,
        "hints": 2,
    }


def test_one_experiment_that_is_well(course, tmp_path, backend):
    done = course("run", "u01/good")
    assert done.exit_code == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(rf"\d{{8}}-\d{{6}}-{backend}", folder.name)
    assert str(folder / "index.html") in done.stdout
    assert {path.name for path in folder.iterdir()} == {"index.html", "result.json", "u01"}
    for words in ("iris (embedded)", "one <line> [red]of[/red] text", "150 … 150", "1 in the expected bands"):
        assert words in done.stdout


@pytest.mark.backend_independent
def test_all_of_them_with_one_off_and_one_failed(course, backend):
    done = course("run", "all", "--seed", "4")
    assert done.exit_code == 1
    assert "3 experiments" in done.stdout
    assert "1 in the expected bands, 1 off, 1 failed." in done.stdout
    assert "ValueError: it broke [bold]here[/bold] <i> (raises.py, line 6)" in done.stdout
    assert "Traceback" not in done.output
    header = next(line for line in done.stdout.splitlines() if "expected band" in line)
    assert header.split() == [
        "unit",
        "experiment",
        "data",
        "backend",
        "metric",
        "value",
        "expected",
        "band",
        "seconds",
    ]
    row = next(line for line in done.stdout.splitlines() if line.split()[:2] == ["u01", "good"])
    assert row.split()[2:5] == ["iris", backend, "rows"]


@pytest.mark.backend_independent
def test_json_alone_on_standard_output(course, tmp_path, backend):
    text = "def run(r):\n    print('noise')\n    r.metric('value', 0.5)\n"
    replace_units(tmp_path, mini.add(mini.UNIT_TOML, "noisy"), noisy=text)
    done = course("run", "u01", "--json", "--out", tmp_path / "here", "--seed", 9)
    assert done.exit_code == 1
    content = json.loads(done.stdout)
    assert (content["verdict"], content["backend"], content["seed"]) == ("error", backend, 9)
    assert content["page"] == str(tmp_path / "here" / "index.html")
    assert [r["status"] for r in content["results"]] == ["ok", "off", "error", "ok"]
    assert "noise" in done.stderr
    kept = json.loads((tmp_path / "here" / "u01" / "noisy" / "result.json").read_text(encoding="utf-8"))
    assert kept == content["results"][-1]
    assert not (tmp_path / "runs").exists()


@pytest.mark.backend_independent
def test_several_words_mean_each_experiment_once_in_the_order_of_the_course(course, tmp_path):
    done = course("run", "u01/outside", "u01/good", "u01/outside", "--json", "--out", tmp_path / "here")
    assert [r["experiment"] for r in json.loads(done.stdout)["results"]] == ["good", "outside"]
    assert "There is no u01/god" in course("run", "u01/good", "u01/god").output


@pytest.mark.backend_independent
def test_full_and_another_set(course):
    assert "178" in course("run", "u01/good", "--full").stdout
    done = course("run", "u01", "--data", "diabetes")
    assert done.exit_code == 0
    assert "Not run: u01/outside does not take --data diabetes" in done.stdout
    assert "1 without bands" in done.stdout


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "u01/god"), "There is no u01/god: did you mean u01/good?"),
        (("run", "good_one"), "There is no good_one"),
        (("run", "u07"), "There is no u07"),
        (("list", "u07"), "There is no u07"),
        (("run", "1.1"), "u01/ex01_double is an exercise: `course check u01/ex01_double`"),
        (("run", "u01/good", "--data", "mnist"), "does not take --data mnist; it takes diabetes, iris, wine"),
        (("run", "u01/outside", "--data", "iris"), "it makes its own numbers"),
        (("run", "all", "--backend", "theano"), "--backend=theano is none of the three backends"),
        (("run",), "Missing argument"),
        (("run", "all", "--seed", "-1"), "seed"),
        (("run", "all", "--jobs", "0"), "greater than or equal to 1"),
        (("run", "all", "--jobs", "many"), "--jobs"),
        (("run", "all", "--jobs", "2", "--strategy", "none"), "--jobs 2 does not go with --devices"),
        (("runs",), "No such command 'runs'"),
    ],
)
def test_a_users_mistake_is_one_sentence_and_exit_code_2(course, tmp_path, words, message):
    done = course(*words)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""
    assert not (tmp_path / "runs").exists()


@pytest.mark.backend_independent
def test_an_out_that_is_a_file_is_refused(course, tmp_path):
    (tmp_path / "file").write_text("mine")
    done = course("run", "u01/good", "--out", tmp_path / "file")
    assert done.exit_code == 2
    assert "is a file: name a folder" in done.stderr
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.backend_independent
def test_a_broken_unit_toml_is_named(course, tmp_path):
    replace_units(tmp_path, mini.UNIT_TOML.replace("rows = [150, 150]", "rows = 'x'"))
    done = course("list")
    assert done.exit_code == 2
    assert "unit.toml: [[experiment]] good: expected.rows must be [low, high]" in done.stderr


@pytest.mark.backend_independent
def test_a_mistake_of_ours_is_short_and_tells_how_to_see_more(course, monkeypatch):
    def broken():
        raise RuntimeError("our [own] fault")

    monkeypatch.setattr("course.catalog.load", broken)
    done = course("list")
    assert done.exit_code == 1
    assert "RuntimeError: our [own] fault" in done.stderr
    assert "COURSE_TRACEBACK=1" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv("COURSE_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in course("list").stderr


@pytest.mark.backend_independent
def test_ctrl_c_keeps_what_is_finished(course, tmp_path):
    toml = mini.add(mini.UNIT_TOML.split('[[experiment]]\nid = "outside"')[0], "stop")
    toml = mini.add(toml, "never")
    never = "def run(r):\n    r.metric('value', 1)\n"
    replace_units(tmp_path, toml, stop="def run(r):\n    raise KeyboardInterrupt\n", never=never)
    done = course("run", "all")
    assert done.exit_code == 130
    assert "Interrupted in u01/stop" in done.stdout
    assert "Traceback" not in done.output
    (folder,) = (tmp_path / "runs").iterdir()
    content = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert content["verdict"] == "interrupted"
    assert [result["experiment"] for result in content["results"]] == ["good"]
    assert "Interrupted after 1 experiment" in (folder / "index.html").read_text(encoding="utf-8")


@pytest.mark.backend_independent
def test_ctrl_c_counts_where_python_drops_the_exception(course, tmp_path):
    stop = """
import os
import signal

class Bin:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for i in range(1000):
            pass

def run(r):
    Bin()
    r.metric("value", 1)
"""
    toml = mini.add(mini.add(mini.UNIT_TOML, "stop"), "never")
    replace_units(tmp_path, toml, stop=stop, never="def run(r):\n    r.metric('value', 1)\n")
    done = course("run", "all")
    assert done.exit_code == 130
    assert "Interrupted in u01/stop" in done.stdout
    assert "u01/never" not in done.stdout
    assert done.stderr == ""


@pytest.mark.backend_independent
def test_two_runs_of_one_second_have_a_folder_each(tmp_path):
    folders = [run_folders.new(tmp_path / "runs", "20300101-000000-jax") for _ in range(3)]
    assert [folder.name[15:] for folder in folders] == ["-jax", "-jax-2", "-jax-3"]


def test_doctor_finds_nothing_to_mend(course, backend):
    done = course("doctor", "--json")
    found = json.loads(done.stdout)
    assert found["problems"] == []
    assert done.exit_code == 0
    assert (found["backend"], found["content"]["experiments"]) == (backend, 3)
    assert found["versions"]["keras"]
    sets = {entry["name"]: entry for entry in found["data"]["sets"]}
    assert sets["iris"] == {"name": "iris", "found": "embedded", "used_by": ["u01/good"]}
    words = course("doctor")
    assert words.exit_code == 0
    assert "Everything that the course needs is installed." in words.stdout
    for name in ("threads", "data mirror", "runs on", sys.executable):
        assert name in words.stdout


@pytest.mark.backend_independent
def test_doctor_names_each_problem_and_what_mends_it(course, monkeypatch, tmp_path):
    (tmp_path / "home" / "datasets").mkdir()
    (tmp_path / "home" / "datasets" / "loader.py").touch()
    (tmp_path / "home" / "units" / "__init__.py").touch()  # not the package that Python finds
    (tmp_path / "home" / "units" / "u01_mini" / "experiments" / "good.py").unlink()
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    done = course("doctor", "--json")
    assert done.exit_code == 1
    message = {problem["message"]: problem["mend"] for problem in json.loads(done.stdout)["problems"]}
    text = "\n".join(message)
    assert "KERAS_BACKEND=theano is none of the three backends" in text
    assert "Python imports another package called units" in text
    assert "loader.py would hide the package `datasets`" in text
    assert "good.py, which is missing" in text
    assert all(message.values())


@pytest.mark.backend_independent
def test_doctor_names_a_course_fast_without_meaning(course, monkeypatch):
    monkeypatch.setenv("COURSE_FAST", "off")
    done = course("doctor", "--json")
    assert done.exit_code == 1
    (problem,) = json.loads(done.stdout)["problems"]
    assert problem["message"].startswith("COURSE_FAST=off has no meaning: set it to 0 or to 1")
    assert problem["mend"] == "unset COURSE_FAST"


@pytest.mark.backend_independent
def test_doctor_names_a_backend_that_is_not_installed_and_one_that_does_not_start(
    course, monkeypatch, backend
):
    monkeypatch.setattr("course.backend.installed", lambda name: name == "jax")
    (problem,) = json.loads(course("doctor", "--json", "--backend", "torch").stdout)["problems"]
    assert problem["mend"] == backend_choice.install("torch")

    def broken(name):
        raise ImportError("libthing.so: cannot open")

    monkeypatch.setattr("course.backend.start", broken)
    (problem,) = json.loads(course("doctor", "--json").stdout)["problems"]
    assert "libthing.so" in problem["message"]
    assert "force-reinstall" in problem["mend"]


@pytest.mark.backend_independent
def test_every_command_teaches_with_examples(course):
    for command in ("list", "run", "doctor"):
        done = course(command, "--help")
        assert done.exit_code == 0
        assert f"course {command} " in done.stdout


def _commands(group, above=()):
    for name, command in group.commands.items():
        yield [*above, name], command
        if hasattr(command, "commands"):
            yield from _commands(command, (*above, name))


@pytest.mark.backend_independent
def test_help_shows_every_word_and_the_terminal_divides_its_lines(course):
    markup = re.compile(r"(?<!\\)\[/?(?:bold|cyan|dim)?\]")
    for words, command in _commands(typer.main.get_command(cli.app)):
        text = markup.sub("", command.help)
        assert not re.search(r"(?<!\\)\[[a-z/]", text), f"{words}: Rich takes a word in brackets for a style"
        for paragraph in command.help.split("\n\n"):
            lines = paragraph.splitlines()
            assert len(lines) == 1 or all(line.startswith("[cyan]") for line in lines), words
        assert "[[" not in course(*words, "--help").stdout.partition("╭")[0], words
    assert 'constraints.txt -e ".[similarity]"' in course("similar", "--help").stdout


CHILD = """
import sys
from typer.testing import CliRunner
from course.cli import app
for words in (["--help"], ["run", "--help"], ["list"], ["list", "--json"]):
    assert CliRunner().invoke(app, words).exit_code == 0, words
heavy = {"keras", "matplotlib", "sklearn", "scipy", "jax", "tensorflow", "torch"} & set(sys.modules)
sys.exit(f"imported {sorted(heavy)}" if heavy else 0)
"""


@pytest.mark.backend_independent
def test_help_and_list_import_nothing_heavy(course):
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.backend_independent
def test_a_run_in_a_process_of_its_own_leaves_a_clean_screen(course, backend):
    quiet = ("TF_CPP_MIN_LOG_LEVEL", "PYTHONWARNINGS")
    environment = {key: value for key, value in os.environ.items() if key not in quiet}
    done = subprocess.run(
        [sys.executable, "-m", "course.cli", "run", "u01/good"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.startswith(f"Backend {backend}: KERAS_BACKEND={backend}.")


@pytest.mark.backend_independent
def test_a_machine_without_room_for_temporary_files(course, monkeypatch):
    def nowhere(*_, **__):
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr("course.experiments.folders.new", nowhere)
    done = course("run", "u01/good")
    assert done.exit_code == 2
    assert "set TMPDIR to one that can" in done.output
    assert "error in the course" not in done.output
