"""Lessons and exercises as notebooks: the same bytes each time, valid, and `course.check` in a running notebook."""

import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.errors import CourseError
from course.notebooks import build, cells, hosted

pytestmark = pytest.mark.backend_independent
nbformat = pytest.importorskip("nbformat", reason="the extra notebooks is not installed")
CONTENT = catalog.load()
UNIT = CONTENT.find("u02")
EXERCISE = CONTENT.find("2.1")


def execute(text, folder, **environment):
    """Run a notebook in a kernel of its own and return it with its outputs."""
    from nbclient import NotebookClient

    notebook = nbformat.reads(text, as_version=4)
    env = dict(os.environ, COURSE_WORK=str(folder / "work"), **environment)
    (folder / "work").mkdir(exist_ok=True)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    client.execute(env=env)
    return notebook


def outputs(notebook, kind):
    return [
        o["data"][kind] for c in notebook.cells for o in c.get("outputs", ()) if kind in o.get("data", {})
    ]


@pytest.mark.parametrize("unit", CONTENT.units, ids=lambda u: u.name)
def test_a_lesson_as_a_notebook(unit):
    notebook = nbformat.reads(build.lesson(unit), as_version=4)
    nbformat.validate(notebook)
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds[0] == "markdown"
    assert notebook.cells[0].source.startswith("# Unit ")
    assert notebook.cells[1].source == hosted.cell()
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    compile(code, "lesson", "exec")
    lesson = (unit.path / "lesson.py").read_text("utf-8")
    assert kinds.count("markdown") == lesson.count("\n# %% [markdown]")
    assert not any(cell.get("outputs") for cell in notebook.cells)
    texts = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not re.search(r"\]\((?!https?:)", texts)  # no file lies beside a notebook
    assert "this file" not in notebook.cells[0].source
    for path in re.findall(rf"`(units/{unit.slug}/[^`]+)`", texts):
        assert (unit.path.parents[1] / path).is_file(), path


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        done = CliRunner().invoke(cli.app, ["notebooks", "build", "u02", "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
    first, second = (sorted((tmp_path / name).rglob("*.ipynb")) for name in ("one", "two"))
    assert len(first) == 1 + len(UNIT.exercises)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_an_exercise_is_no_unit():
    done = CliRunner().invoke(cli.app, ["notebooks", "build", "2.1"])
    assert done.exit_code == 2
    assert "course notebooks build u02" in " ".join(done.output.split())


def test_the_notebook_of_an_exercise():
    notebook = nbformat.reads(build.exercise(EXERCISE), as_version=4)
    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds == ["markdown", "code", "markdown", "code", "markdown", "code"]
    assert "```math" not in notebook.cells[0].source
    assert "$$\n\\mathrm{LSE}_A(z)" in notebook.cells[0].source
    assert "raise NotImplementedError" in notebook.cells[3].source
    assert notebook.cells[5].source.endswith('course.check("2.1")')


def test_the_first_cell_does_nothing_here(monkeypatch):
    for name in ("COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: pytest.fail("it installs something"))
    before = list(sys.path), os.environ.get("KERAS_BACKEND")
    exec(hosted.cell("https://example.org/course.git"), {})
    assert (list(sys.path), os.environ.get("KERAS_BACKEND")) == before


@pytest.mark.parametrize("variable", ["COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE"])
def test_the_first_cell_installs_the_course_where_it_is_hosted(variable, monkeypatch, tmp_path):
    monkeypatch.setenv(variable, "x")
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    typed = []

    def run(command, check, cwd=None):
        typed.append(command)
        if command[0] == "git":
            (tmp_path / command[-1]).mkdir()
        elif len(typed) == 2:
            raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", run)
    first_cell = hosted.cell("https://example.org/course.git", backend="torch")
    with pytest.raises(subprocess.CalledProcessError):
        exec(first_cell, {})
    # The second run installs what could not be installed before, and the third does nothing.
    for _ in range(2):
        exec(first_cell, {})
    clone, failed, install = typed
    assert failed == install
    assert clone[:2] == ["git", "clone"]
    assert clone[-2:] == ["https://example.org/course.git", "medl-course"]
    assert install[:4] == [sys.executable, "-m", "pip", "install"]
    assert os.environ["KERAS_BACKEND"] == "torch"
    assert sys.path[0] == str(tmp_path / "medl-course")
    with pytest.raises(SystemExit, match="which your instructor knows"):
        exec(hosted.cell(), {})


def test_the_answer_is_what_the_functions_need():
    shown = [
        "import numpy as np\nfrom keras import ops\nimport matplotlib.pyplot as plt",
        "SCALE = 2.0\nother = 3",
        "def helper(z):\n    return SCALE * z  # kept",
        "def softmax(z, allowed):\n    return wrong",
        "%timeit softmax",
        "@decorated\ndef softmax(z, allowed):\n    # a comment\n    return ops.exp(helper(z))\n\nplt.plot(1)",
        "def decorated(f):\n    return f",
        "print(softmax(1, 2))",
    ]
    text = cells.answer(shown, ["softmax", "log_softmax"])
    assert text == (
        "from keras import ops\n\nSCALE = 2.0\n\ndef helper(z):\n    return SCALE * z  # kept\n\n"
        "@decorated\ndef softmax(z, allowed):\n    # a comment\n    return ops.exp(helper(z))\n\n"
        "def decorated(f):\n    return f\n"
    )
    with pytest.raises(CourseError, match="No cell defines softmax or log_softmax: run the cell"):
        cells.answer(["x = 1", "def softmax(:"], ["softmax", "log_softmax"])


def test_every_exercise_gives_names_to_look_for():
    for exercise in CONTENT.exercises:
        assert cells.public_names(exercise.stub.read_text()), exercise.name


def test_check_is_for_notebooks():
    import course

    with pytest.raises(CourseError, match="works in a notebook"):
        course.check("2.1")
    with pytest.raises(CourseError, match="is a unit: name one exercise"):
        course.check("2")


def test_an_exercise_in_a_running_notebook(tmp_path):
    """The stub earns nothing; the solution, in two cells with a plot between them, earns all points and is saved."""
    notebook = nbformat.reads(build.exercise(EXERCISE), as_version=4)
    solution = EXERCISE.solution.read_text("utf-8")
    head, functions = solution.split("\n\ndef softmax", 1)
    for source in (
        head,
        "figure = list(range(3))",
        f"def softmax{functions}",
        'course.check("2.1", save=True)',
    ):
        notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"new-{len(notebook.cells)}"))
    ran = execute(nbformat.writes(notebook), tmp_path, KERAS_BACKEND="torch")
    stub, solved = outputs(ran, "text/html")
    assert "0 of 8 points" in stub
    assert "Hint 1 of 3" in stub
    assert "width:0%" in stub
    assert "8 of 8 points" in solved
    assert "Hint" not in solved
    assert all("This result is advisory" in text for text in (stub, solved))
    saved = (tmp_path / "work/u02/ex01_softmax.py").read_text("utf-8")
    assert saved.startswith("# Written by course.check")
    assert "figure" not in saved
    assert "u02/ex01_softmax" in (tmp_path / "work/.progress.json").read_text("utf-8")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A client with a running kernel for several notebooks: on torch, where kernels start and compute at least cost."""
    from nbclient import NotebookClient

    folder = tmp_path_factory.mktemp("kernel")
    env = os.environ | {"KERAS_BACKEND": "torch", "COURSE_WORK": str(folder), "COURSE_RUNS": str(folder)}
    client = NotebookClient(
        nbformat.v4.new_notebook(), timeout=300, resources={"metadata": {"path": str(folder)}}
    )
    with client.setup_kernel(env=env):
        yield client


def lines(notebook):
    """What a lesson has printed."""
    assert not [o for c in notebook.cells for o in c.get("outputs", ()) if o["output_type"] == "error"]
    streams = [o for c in notebook.cells for o in c.get("outputs", ()) if o["output_type"] == "stream"]
    return "".join(o["text"] for o in streams if o["name"] == "stdout").splitlines()


@pytest.mark.parametrize("unit", CONTENT.units, ids=lambda u: u.name)
def test_a_lesson_runs_as_a_notebook_on_torch(unit, kernel):
    """All lessons share a kernel, from which the names of the lesson before are removed."""
    notebook = nbformat.reads(build.lesson(unit), as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    kernel.nb = notebook
    for index, cell in enumerate(notebook.cells):
        kernel.execute_cell(cell, index)
    assert len(lines(notebook)) >= 10
    figures = [text for text in outputs(notebook, "text/html") if text.startswith("<img ")]
    assert figures
    assert all(' alt="' in text for text in figures)


@pytest.mark.slow
@pytest.mark.parametrize("unit", CONTENT.units, ids=lambda u: u.name)
def test_a_lesson_runs_as_a_notebook(unit, tmp_path):
    """In a kernel of its own, on the backend of KERAS_BACKEND."""
    assert len(lines(execute(build.lesson(unit), tmp_path))) >= 10
