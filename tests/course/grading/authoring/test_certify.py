import pytest

from course.grading.authoring.certify import certify, inspect_files
from course.grading.authoring.signatures import differences, imports, signatures

pytestmark = pytest.mark.backend_independent


def test_the_mini_course_is_certified(workers, mini, backend):
    for exercise in mini:
        certificate = certify(exercise, workers)
        assert certificate.ok, str(certificate)
        assert certificate.earned["solution.py"] == exercise.points
        assert certificate.earned["stub.py"] == 0
        assert set(certificate.lost) == set(exercise.mistakes)
        assert all(certificate.lost.values())
        assert str(certificate) == f"{exercise.name} on {backend}: certified"


def edit(name, old, new):
    def change(unit):
        path = unit / "exercises" / "ex01_centre" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("check.py", "points=2", "points=3", "its parts are worth 5 points, exercise.toml says 4"),
        ("check.py", "import numpy", "import keras\nimport numpy", "check.py imports keras"),
        ("check.py", "import numpy", "import nothing_there\nimport numpy", "No module named 'nothing_there'"),
        ("solution.py", "from keras", "import units\nfrom keras", "solution.py imports units"),
        ("solution.py", "def centre", "def more():\n    pass\n\n\ndef centre", "more has no docstring"),
        ("solution.py", "    return x", "    return x x", "solution.py, line 17: it is not valid Python"),
        (
            "solution.py",
            "    return x",
            "    # BEGIN SOLUTION\n    return x",
            "solution.py, line 17: # BEGIN SOLUTION has no # END SOLUTION after it",
        ),
        (
            "solution.py",
            "x - ops.mean",
            "x - 1 * ops.mean",
            "mistakes.diff, line 2: the mistake 'features': solution.py has no line",
        ),
        ("mistakes.diff", "+    return", "+    import torch\n+    return", "wrong_whole.py imports torch"),
        ("mistakes.diff", "+    return", "+    return )", "wrong_whole.py cannot be read"),
        (
            "mistakes.diff",
            "@@ whole",
            "@@ features",
            "the mistake 'features': there is one of this name at line 1",
        ),
        ("task.md", "#", "# TODO: say what", "task.md, line 1: TODO: say what"),
        ("exercise.toml", "§0.1", "TODO", "exercise.toml, line 2: TODO"),
    ],
)
def test_inconsistent_files_give_complaints(mini_copy, name, old, new, message):
    complaints = inspect_files(mini_copy(edit(name, old, new))[0])
    assert any(message in complaint for complaint in complaints), complaints


def test_a_task_of_one_line_is_too_short(mini_copy):
    def change(unit):
        (unit / "exercises" / "ex01_centre" / "task.md").write_text("Centre it.")

    assert ["task.md has 10 characters" in message for message in inspect_files(mini_copy(change)[0])] == [
        True
    ]


def test_one_wrong_variant_is_too_few(mini_copy):
    def change(unit):
        mistakes = unit / "exercises" / "ex01_centre" / "mistakes.diff"
        mistakes.write_text(mistakes.read_text().split("@@ whole")[0])

    assert inspect_files(mini_copy(change)[0]) == ["mistakes.diff holds 1 mistake, at least 2 are needed"]


def test_an_additional_file_gives_a_complaint(mini_copy):
    def change(unit):
        (unit / "exercises" / "ex01_centre" / "stub.py").write_text("")

    (message,) = inspect_files(mini_copy(change)[0])
    assert message.startswith("stub.py does not belong here")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("solution.py", "axis=0", "axis=1", "the solution fails in 'one number by hand'"),
        ("solution.py", "def centre", "# given\ndef centre", "the stub should raise NotImplementedError in"),
        ("mistakes.diff", "ops.mean(x)", "ops.mean(x, axis=0)", "wrong_whole.py loses no marks"),
        (
            "mistakes.diff",
            "-    return x - ops.mean(x, axis=0, keepdims=True)\n+    return x - ops.mean(x)\n",
            "-    if x.shape[0] == 0:\n+    raise NotImplementedError\n+    if x.shape[0] == 0:\n",
            "wrong_whole.py is a stub",
        ),
        (
            "check.py",
            "x = rng",
            "1 / 0\n    x = rng",
            "the solution fails in 'a random batch': The check itself",
        ),
    ],
)
def test_answers_with_wrong_results_give_complaints(workers, mini_copy, name, old, new, message):
    certificate = certify(mini_copy(edit(name, old, new))[0], workers)
    assert not certificate.ok
    assert message in str(certificate)


def test_a_mistake_that_some_seeds_do_not_catch_gives_a_complaint(workers, mini_copy):
    """This one is visible only in a batch with a negative sum."""
    old, new = (
        "+    return x - ops.mean(x)\n",
        "+    y = x - ops.mean(x, axis=0, keepdims=True)\n+    return y + ops.cast(ops.sum(x) < 0, y.dtype)\n",
    )
    exercise = mini_copy(edit("mistakes.diff", old, new))[0]
    caught = next(seed for seed in range(20) if certify(exercise, workers, seed).ok)
    (complaint,) = certify(exercise, workers, caught, seeds=12).complaints
    assert complaint.startswith("wrong_whole.py loses no marks with the seeds ")


def test_a_solution_that_fails_with_some_seeds_gives_a_complaint(workers, mini_copy):
    exercise = mini_copy(edit("check.py", "atol=1e-5", "atol=1e-5 if rng.random() < 0.5 else -1.0"))[0]
    right = next(seed for seed in range(20) if certify(exercise, workers, seed).ok)
    (complaint,) = certify(exercise, workers, right, seeds=12).complaints
    assert complaint.startswith("the solution fails in 'a random batch' with the seeds ")


STUB = '''
class Layer(Base, metaclass=M):
    """A layer."""
    def __init__(self, units: int = 3, *, axis=-1):
        raise NotImplementedError
    def call(self, x) -> int:
        """Call."""
        raise NotImplementedError

def f(a, /, b, *c, d=(1, 2), **e):
    """Eff."""
    raise NotImplementedError
'''


def test_signatures_are_read_without_running():
    found = signatures(STUB)
    assert list(found) == ["Layer", "Layer.__init__", "Layer.call", "f"]
    assert found["Layer"] == ("(Base, metaclass=M)", "A layer.")
    assert found["Layer.call"] == ("(self, x) int", "Call.")
    assert found["f"] == ("(a, /, b, *c, d=(1, 2), **e) ", "Eff.")
    assert differences(STUB, STUB + "\ndef _helper():\n    pass\n") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("axis=-1", "axis=0", ["the signature of Layer.__init__ differs between stub and solution"]),
        ("Base, ", "", ["the signature of Layer differs between stub and solution"]),
        ("-> int", "", ["the signature of Layer.call differs between stub and solution"]),
        ('"""Call."""', "", ["the docstring of Layer.call differs between stub and solution"]),
        ("def call", "def cell", ["Layer.call is in the stub but not in the solution",
                                  "Layer.cell is in the solution but not in the stub"]),
    ],
)  # fmt: skip
def test_differences_are_named(old, new, message):
    assert differences(STUB, STUB.replace(old, new)) == message


def test_a_stub_needs_docstrings():
    bare = "def f(x):\n    raise NotImplementedError\n"
    assert differences(bare, bare) == ["f has no docstring"]


def test_imports_are_found_at_every_place():
    text = "import a.b as c, d\nfrom e.f import g\ndef h():\n    from . import i\n    import j\n"
    assert imports(text) == {"a", "d", "e", ".", "j"}
