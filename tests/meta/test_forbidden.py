"""What an exercise forbids, its task says, in names or in words; and nothing else is said to be forbidden."""

import re

import pytest

from course import catalog
from course.catalog.forbidden import GROUPS, last

EXERCISES = catalog.load().exercises
WORDS = {"sklearn": "scikit-learn", "scipy": "SciPy"}  # whole libraries, as a text names them
BEGINS = "**Not allowed**"

pytestmark = pytest.mark.backend_independent


def said(declared, text):
    """Tell whether a text names what is declared: a group by its words, a library, a module, or a function."""
    if declared in GROUPS:
        return any(words in text for words in GROUPS[declared].words)
    if last(declared) == "*":
        module = declared.removesuffix(".*")
        return WORDS.get(module, f"`{module}`") in text
    return re.search(rf"`([\w.]+\.)?{last(declared)}`", text) is not None


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_the_task_says_what_is_forbidden(exercise):
    task = exercise.task.read_text(encoding="utf-8")
    unsaid = [declared for declared in exercise.forbidden if not said(declared, task)]
    assert not unsaid, f"{exercise.name}: task.md does not say that {', '.join(unsaid)} is not allowed"


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_what_the_task_forbids_is_declared(exercise):
    task = exercise.task.read_text(encoding="utf-8")
    for paragraph in re.findall(rf"^{re.escape(BEGINS)}.*$", task, re.MULTILINE):
        named = {name.rpartition(".")[2] for name in re.findall(r"`([\w.]+)`", paragraph)}
        groups = [GROUPS[declared] for declared in exercise.forbidden if declared in GROUPS]
        of_groups = {part for group in groups for name in group.names for part in name.split(".")}
        declared = {part for name in exercise.forbidden for part in name.split(".")} | of_groups | {"ops"}
        assert named <= declared, f"{exercise.name}: exercise.toml does not forbid {named - declared}"


@pytest.mark.parametrize(
    ("exercise", "name"),
    [
        ("u02/ex08_principal_angles", "subspace_angles"),
        ("u03/ex05_adam", "optimizer"),
        ("u04/ex03_activations", "logaddexp"),
        ("u04/ex07_batch_norm", "batch_normalization"),
    ],
)
def test_these_are_said(exercise, name):
    found = next(e for e in EXERCISES if e.name == exercise)
    assert name in found.task.read_text(encoding="utf-8")
    assert any(name in declared for declared in found.forbidden)


def test_tasks_that_forbid_a_softmax_name_what_contains_one():
    """The traps count attention and costs of logits as a softmax (`SAME` in `course/catalog/whole_answers.py`)."""
    tasks = {e.name: e.task.read_text(encoding="utf-8") for e in EXERCISES if "*.softmax" in e.forbidden}
    assert tasks
    for name, task in tasks.items():
        (paragraph,) = re.findall(rf"^{re.escape(BEGINS)}.*$", task, re.MULTILINE)
        assert "attention" in paragraph, name
        assert re.search("cross.entropy", paragraph), name
