"""The commands that the pages show are right: the parser of the command line reads each of them.

The commands that `--help` shows are read, too. Commands, options, values, units, exercises, modules, extras and targets
of make have to be there. No line is skipped because it is not understood: a program that is not known here fails the
test. What the commands do is tested with the code behind them.
"""

import ast
import importlib.util
import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from course import catalog, cli
from course.backend import BACKENDS

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
CONTENT = catalog.load()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += [ROOT / "datasets/README.md", *(unit.path / "README.md" for unit in CONTENT.units)]
COURSE = typer.main.get_command(cli.app)
NAMES = (
    "run",
    "start",
    "check",
    "hint",
    "watch",
    "progress",
    "certify",
    "mistake",
)  # commands that take units or exercises
PLACEHOLDERS = ("ID", "exNN")  # what a page writes in the place of a name


def commands(page):
    """Yield each command of a page: the lines of its shell blocks, and what its sentences show in code."""
    text = page.read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE))
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    inline = re.findall(r"`((?:course|make|python -m|pip|pytest) [^`]+)`", prose)
    for line in [*blocks.replace("\\\n", " ").splitlines(), *inline]:
        line = re.sub(r"^\w+=\$\((.*)\)$", r"\1", line)  # a command whose output a variable keeps
        words = shlex.split(re.sub(r"\$SLURM_\w+", "1", line), comments=True)
        if len(words) == 2 and words[0] == "course" and line in inline:
            words.append("--help")  # a sentence names the command and no more
        if words:
            yield words


def examples(group):
    """Yield each command of the course that a text of `--help` shows."""
    for command in (group, *group.commands.values()):
        for line in re.findall(r"\[cyan\](course [^\[]+)\[/\]", command.help or ""):
            yield shlex.split(line)
        if command is not group and hasattr(command, "commands"):
            yield from examples(command)


LINES = [(page.relative_to(ROOT).as_posix(), words) for page in PAGES for words in commands(page)]
LINES += [("--help", words) for words in examples(COURSE)]
IDS = [f"{page}: {' '.join(words)}" for page, words in LINES]


@pytest.mark.parametrize("words", [words for _, words in LINES], ids=IDS)
def test_the_command_can_be_typed(words):
    words = list(words)
    while re.match(r"[A-Z_]+=", words[0]):  # an environment variable before the command
        variable, _, value = words.pop(0).partition("=")
        assert variable != "KERAS_BACKEND" or value in BACKENDS
    program, *rest = words
    known = {
        "course": course,
        "make": make,
        "pip": pip,
        "uv": uv,
        "conda": lambda rest: rest[1:] in (["-n", "medl", "python=3.11"], ["medl"]) or pytest.fail(str(rest)),
        "python": python,
        "python3": python,
        "pytest": pytest_options,
        "bash": lambda rest: exists(rest[0]),
        "source": lambda rest: rest == [".venv/bin/activate"] or pytest.fail(rest[0]),
        "sbatch": lambda rest: rest[-1] == "shard.sh" or course(shlex.split(rest[-1])[1:]),
        "parallel": parallel,
        "torchrun": lambda rest: rest[-1] == "train.py" or pytest.fail(rest[-1]),
    }
    known[program.removeprefix(".venv/bin/")](rest)


def exists(path):
    assert (ROOT / path).exists(), path


def course(rest):
    """The command, its options and their values are known; units, experiments and exercises are there."""
    name, *arguments = rest
    command = COURSE.commands[name]
    while hasattr(command, "commands") and arguments != ["--help"]:  # a group, as in `course new exercise`
        name, *arguments = arguments
        command = command.commands[name]
    if arguments == ["--help"]:
        return
    with command.make_context(name, arguments) as context:
        what = context.params.get("what")
    if name == "mark" and context.params["exercise"] != "EXERCISE":
        the_mark_fits(**context.params)
    if name in NAMES and what is not None:
        for word in [what] if isinstance(what, str) else what:
            if word != "all" and word.rpartition("/")[2] not in PLACEHOLDERS:
                CONTENT.find(word)


def the_mark_fits(exercise, part, points, **_):
    """The exercise has the part that `course mark` names, and the part or the exercise has that many points."""
    (found,) = CONTENT.exercises_of(exercise)
    decorators = (
        decorator
        for function in ast.parse(found.check.read_text(encoding="utf-8")).body
        for decorator in getattr(function, "decorator_list", ())
    )
    parts = {d.args[0].value: {k.arg: k.value for k in d.keywords}["points"].value for d in decorators}
    assert sum(parts.values()) == found.points
    assert not part or part in parts, f"{found.name} has the parts {', '.join(parts)}"
    assert points is None or float(points) <= (parts[part] if part else found.points)


def parallel(rest):
    """Each machine types a command of the course."""
    typed = rest[rest.index("course") + 1 : rest.index(":::")]
    course([word.replace("{}", "1") for word in typed])


def make(rest):
    """Each word is a target of the Makefile, or sets a variable that it uses."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in rest:
        name, sets, value = word.partition("=")
        assert re.search(rf"\b{name}\)" if sets else rf"^{name}:", text, flags=re.MULTILINE), word
        assert name != "BACKEND" or value in BACKENDS


def uv(rest):
    """It makes an environment, or does what pip does."""
    if rest[0] == "pip":
        pip(rest[1:])
    else:
        assert rest == ["venv", "--python", "3.11", ".venv"]


def pip(rest):
    """It installs this project with extras that it has, and the versions of constraints.txt; or it makes a wheel."""
    if rest == ["wheel", "--no-deps", "-w", "dist", "."]:
        return
    for offline in (
        "download -d packages",
        "install --no-index --find-links packages",
    ):  # a room without Wi-Fi
        words = offline.split()
        if rest[: len(words)] == words:
            rest = [
                "install",
                *(word for word in rest[len(words) : -1] if word not in ("setuptools", "-e")),
                "-e",
                rest[-1],
            ]
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    wheel = f"dist/medl_course-{setup['metadata']['version']}-py3-none-any.whl"
    assert rest[:3] == ["install", "-c", "constraints.txt"], rest
    where, extras = re.fullmatch(r"(.+)\[([\w,]+)\]", rest[-1]).groups()
    assert (rest[3:-1], where) in ((["-e"], "."), ([], wheel)), rest
    extras = extras.split(",")
    assert set(extras) <= set(setup["options.extras_require"])
    exists("constraints.txt")


def python(rest):
    """It runs a module that is there, or a script of the reader's."""
    if rest[0] != "-m":
        assert rest == ["train.py"], rest
        return
    _, module, *arguments = rest
    if module == "pip":
        pip(arguments)
    else:
        assert importlib.util.find_spec(module), module


def pytest_options(rest):
    """It names a marker that is declared, or a file or folder that is there."""
    if rest[0] == "-m":
        assert f"\n    {rest[1]}:" in (ROOT / "setup.cfg").read_text(encoding="utf-8"), rest
        rest = rest[2:]
    for path in rest:
        exists(path)


def test_what_a_student_types_for_an_exercise(tmp_path, monkeypatch):
    """From `course start` to `course submit`, as the front page shows them, in an empty folder."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## For students\n")[1]
    (first, *_) = re.findall(r"^```sh\n(.*?)^```", section, flags=re.DOTALL | re.MULTILINE)
    typed = [shlex.split(line, comments=True) for line in first.splitlines()]
    exits = {
        "start": 0,
        "check": 1,
        "hint": 0,
        "progress": 0,
        "submit": 0,
    }  # nobody has written an answer yet
    chosen = [words for program, *words in typed if program == "course" and words[0] in exits]
    assert [words[0] for words in chosen] == list(exits)
    for words in chosen:
        done = CliRunner().invoke(cli.app, words)
        assert done.exit_code == exits[words[0]], f"{words}: {done.output}"
    assert (tmp_path / "work/ID.zip").is_file()
