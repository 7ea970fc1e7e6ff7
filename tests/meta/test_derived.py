"""What is derived from the solutions of the course: it can be, and it is as clean as what is written by hand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from course import catalog
from course.grading.authoring.markers import read_marked
from course.grading.authoring.mistakes import apply_mistake, read_mistakes
from course.grading.authoring.stub import derive_stub

pytestmark = pytest.mark.backend_independent
ROOT = Path(__file__).resolve().parents[2]
EXERCISES = catalog.load().exercises


def test_an_exercise_is_what_its_author_writes_and_nothing_else():
    files = {e.name: {p.name for p in e.path.iterdir()} - {"__pycache__"} for e in EXERCISES}
    assert {name: found for name, found in files.items() if found != set(catalog.EXERCISE_FILES)} == {}


def test_the_examples_of_the_page_for_authors_hold():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(python|diff)\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    (solution,) = [block for kind, block in blocks if kind == "python" and "# BEGIN SOLUTION" in block]
    stub = derive_stub(solution, "CONTRIBUTING.md")
    assert "def _distances(x):\n    return ops" in stub
    assert "distances = _distances(x)\n    raise NotImplementedError\n    return" in stub
    (diff,) = [block for kind, block in blocks if kind == "diff"]
    (adam,) = [e for e in EXERCISES if e.id == "ex05_adam"]
    (mistake,) = read_mistakes(diff, adam.name).values()
    assert "weight_decay * theta\n" in apply_mistake(
        mistake, read_marked(adam.solution.read_text(encoding="utf-8"), adam.name)
    )


def test_stubs_and_wrong_answers_pass_the_linter_and_the_formatter(tmp_path):
    """They lie in the folders of the exercises, so that the rules for these hold."""
    for exercise in EXERCISES:
        folder = tmp_path / exercise.path.relative_to(ROOT)
        folder.mkdir(parents=True)
        for file in (exercise.stub, *exercise.wrong.values()):
            (folder / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "course").mkdir()  # so that `import course` is sorted as it is in the tree
    for words in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        command = [sys.executable, "-m", "ruff", *words, "."]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
