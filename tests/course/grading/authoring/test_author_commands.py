"""The commands for authors: `course mistake` and `course new exercise`."""

import re
import shutil

import pytest
from typer.testing import CliRunner

from course import catalog, cli
from course.grading.authoring.certify import TODO, certify, inspect_files
from tests.course.grading.conftest import MINI, answer_of

pytestmark = pytest.mark.backend_independent


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A copy of the mini course; the commands use it."""
    folder = tmp_path / "mini"
    shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("COURSE_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def course(*words, status=0):
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == status, result.output
    return result.output


def test_a_mistake_is_printed_whole_or_as_its_change(root):
    assert course("mistake", "1.1", "whole") == answer_of("ex01_centre", "wrong_whole").text
    output = course("mistake", "1.1", "whole", "--diff").splitlines()
    assert output[0] == "whole: one mean is taken over the whole array"
    assert [line for line in output if re.match(r"[-+] ", line)] == [
        "-    return x - ops.mean(x, axis=0, keepdims=True)",
        "+    return x - ops.mean(x)",
    ]
    output = " ".join(course("mistake", "u01/ex02_scale").split())
    assert "added the weight is added instead of multiplied" in output
    assert "frozen the weight is not trainable" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mistake", "1.1", "hole"], "u01/ex01_centre has no mistake hole: did you mean whole?"),
        (["mistake", "1.1", "zzz"], "`course mistake 1.1` shows what there is"),
        (["mistake", "u01"], "u01 is no exercise"),
        (["mistake", "1.9"], "There is no 1.9"),
        (["new", "exercise", "1.1", "A title"], "u01/ex01_centre is no unit"),
        (["new", "exercise", "u01", "  "], "The exercise needs a title"),
    ],
)
def test_a_wrong_word_is_one_sentence(root, words, message):
    assert message in " ".join(course(*words, status=2).split())


def test_a_mistake_that_does_not_fit_is_one_sentence(root):
    solution = root / "units/u01_mini/exercises/ex01_centre/solution.py"
    solution.write_text(solution.read_text().replace("axis=0", "axis=-2"))
    output = " ".join(course("mistake", "1.1", "whole", status=2).split())
    assert "u01/ex01_centre: mistakes.diff, line 6: the mistake 'whole': solution.py has no line" in output


def test_a_student_edition_has_no_mistakes_and_no_authors(root):
    (root / ".course-release.json").write_text("{}")
    for words in (["mistake", "1.1"], ["new", "exercise", "u01", "A title"]):
        assert "This is the student edition" in course(*words, status=2)


FILLED = {
    "task.md": "# The sum of two numbers\n\nCompute the **sum**.\n" + "The sum is a + b. " * 20,
    "exercise.toml": (
        'title = "T"\nbook = "§1"\npoints = 2\nminutes = 5\ndifficulty = 2\narrays = "tensor"\nhints = ["x + x"]\n'
    ),
    "solution.py": '"""Twice."""\n\n\ndef answer(x):\n    """Twice x."""\n    return 2 * x\n',
    "mistakes.diff": (
        "@@ once: x once\n-    return 2 * x\n+    return x\n\n@@ thrice: 3 x\n-    return 2 * x\n+    return 3 * x\n"
    ),
}


def test_a_new_exercise_says_what_is_missing_until_it_is_certified(root, workers):
    before = (root / "units/u01_mini/unit.toml").read_text(encoding="utf-8")
    output = course("new", "exercise", "u01", 'The "größte" step of a descent that is too long')
    assert "`course certify u01/ex03_grosste_step_descent_too` says what is still missing." in output
    after = (root / "units/u01_mini/unit.toml").read_text(encoding="utf-8")
    assert after == before.replace(
        '    "ex02_scale",\n', '    "ex02_scale",\n    "ex03_grosste_step_descent_too",\n'
    )
    exercise = catalog.load(root).exercises[-1]
    assert exercise.title == 'The "größte" step of a descent that is too long'
    assert exercise.difficulty == 2  # as in the exercise before
    assert {path.name for path in exercise.path.iterdir()} == set(catalog.EXERCISE_FILES)
    missing = inspect_files(exercise)
    for name in catalog.EXERCISE_FILES:
        assert [message for message in missing if message.startswith(f"{name}, line ") and TODO in message], (
            name
        )
    assert "mistakes.diff holds 0 mistakes, at least 2 are needed" in missing

    for name, text in FILLED.items():
        (exercise.path / name).write_text(text, encoding="utf-8")
    (message, *_), check = inspect_files(exercise), exercise.check.read_text(encoding="utf-8")
    assert message.startswith("check.py, line 1: TODO")
    check = check.replace("np.zeros((2, 2))", "2 * x").replace("np.zeros_like(x)", "2 * x")
    exercise.check.write_text(re.sub(r"TODO[^\"\n]*", "done", check), encoding="utf-8")
    certificate = certify(catalog.load(root).exercises[-1], workers)
    assert certificate.ok, str(certificate)
    assert certificate.killed == 2


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("", '["ex01_long_step"]'),
        ("exercises = []\n", '["ex01_long_step"]'),
        ('exercises = ["ex02_scale"]\n', '["ex02_scale", "ex03_long_step"]'),
        (
            'exercises = [\n    "ex01_centre",  # first\n    "ex02_scale"\n]\n',
            '["ex01_centre", "ex02_scale", "ex03_long_step"]',
        ),
    ],
)
def test_a_new_exercise_is_entered_however_the_list_is_written(root, order, expected):
    path = root / "units/u01_mini/unit.toml"
    head = 'title = "t"\nidea = "i"\nbook = "b"\n'
    path.write_text(head + order)
    course("new", "exercise", "u01", "A long step")
    assert str([e.id for e in catalog.load(root).units[0].exercises]).replace("'", '"') == expected


def test_an_exercise_that_cannot_be_added_leaves_no_files(root):
    path = root / "units/u01_mini/unit.toml"
    text = 'title = "t"\nidea = "i"\nbook = "b"\n"exercises" = ["ex01_centre"]\n'
    path.write_text(text)
    assert "write exercises = [" in course("new", "exercise", "u01", "A long step", status=2)
    assert path.read_text() == text
    assert {p.name for p in (path.parent / "exercises").iterdir()} == {"ex01_centre", "ex02_scale"}
