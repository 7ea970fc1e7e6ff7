"""Forbidden shortcuts: found by reading the file, trapped when they are called, flagged for the instructor."""

import ast
import shutil

import pytest

from course import catalog
from course.errors import CourseError
from course.grading import one_backend, shortcuts
from course.grading.authoring.certify import certify
from course.grading.runner import check
from tests.course.grading.conftest import MINI, mini_copy, workers  # noqa: F401


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "text",
    [
        "import keras\ny = keras.ops.softmax(x)",
        "from keras import ops\ny = ops.softmax(x)",
        "from keras import ops as o\ny = o.nn.softmax(x)",
        "import keras.ops as k\ny = k.softmax(x)",
        "from keras.ops import softmax",
        "from keras.ops import softmax as s\ny = s(x)",
        "from keras.ops import *\ny = softmax(x)",
        "from keras import ops\nf = ops\ng = f\ny = g.softmax(x)",
        "from keras import ops\ny = getattr(ops, 'softmax')(x)",
        "from keras import ops\ny = vars(ops)['softmax'](x)",
        "from keras import ops\ny = ops.__dict__['softmax'](x)",
        "import importlib\ny = importlib.import_module('keras.ops').softmax(x)",
        "y = __import__('keras').ops.softmax(x)",
        "from keras.src import ops\ny = ops.softmax(x)",
        "import keras\ny = keras.activations.softmax(x)",
        "import keras\ny = keras.activations.get('softmax')(x)",
        "import keras\ny = keras.layers.Dense(3, activation='softmax')(x)",
        "def f(x):\n    from keras import ops\n    return ops.softmax(x)",
    ],
)
def test_all_spellings_of_a_forbidden_name_are_found(text):
    found = shortcuts.find(text, ("keras.ops.softmax",))
    assert [finding.forbidden for finding in found][:1] == ["keras.ops.softmax"]
    assert "write it yourself" in str(found[0])


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "text",
    [
        "def softmax(x):\n    return x\n\n\ndef log_softmax(x):\n    return softmax(x)",
        "class A:\n    def softmax(self, x):\n        return self.softmax(x)",
        "# keras.ops.softmax\n'keras.ops.softmax'",
        "from keras import ops\ny = ops.exp(x)",
        "import torch\ny = torch.softmax(x)",  # another library, which only a pattern with a star forbids
        "this is no Python",
        b"\xff\xfe",
    ],
)
def test_other_code_is_not_flagged(text):
    assert shortcuts.find(text, ("keras.ops.softmax",)) == []


@pytest.mark.backend_independent
def test_the_line_is_named():
    text = "from keras.ops import exp\n\n\ndef f(x):\n    import keras\n    return keras.ops.softmax(x)"
    assert [finding.line for finding in shortcuts.find(text, ("keras.ops.softmax",))] == [6]


@pytest.mark.backend_independent
def test_stars_stand_for_any_library_and_for_all_of_one():
    assert shortcuts.matches("torch.nn.functional.softmax", "*.softmax")
    assert shortcuts.matches("?.softmax", "*.softmax")
    assert not shortcuts.matches("torch.nn.functional.log_softmax", "*.softmax")
    assert shortcuts.matches("sklearn.decomposition.PCA", "sklearn.*")
    assert not shortcuts.matches("sklearnish.PCA", "sklearn.*")
    assert [str(f) for f in shortcuts.find("z.softmax(-1)\nself.softmax(z)", ("*.softmax",))] == [
        "line 1: ….softmax is a forbidden shortcut here, write it yourself"
    ]


@pytest.mark.backend_independent
def test_a_wrong_declaration_is_an_error(tmp_path):
    (tmp_path / "units").mkdir()
    shutil.copytree(MINI / "units" / "u01_mini", tmp_path / "units" / "u01_mini")
    toml = tmp_path / "units" / "u01_mini" / "exercises" / "ex01_centre" / "exercise.toml"
    toml.write_text(
        toml.read_text().replace('arrays = "tensor"', 'arrays = "tensor"\nforbidden = ["mean"]', 1)
    )
    with pytest.raises(CourseError, match=r"exercise.toml: forbidden must be a list of names"):
        catalog.load(tmp_path)


@pytest.mark.backend_independent
def test_no_solution_and_no_stub_of_the_course_takes_a_shortcut():
    exercises = [e for e in catalog.load().exercises if e.forbidden]
    assert exercises
    for exercise in exercises:
        for path in (exercise.solution, exercise.stub):
            assert shortcuts.find(path.read_bytes(), exercise.forbidden) == []


FORBIDDEN = '["keras.ops.mean", "keras.layers.Dense", "*.average"]'


def forbid(unit):
    toml = unit / "exercises" / "ex01_centre" / "exercise.toml"
    toml.write_text(
        toml.read_text().replace('arrays = "tensor"', f'arrays = "tensor"\nforbidden = {FORBIDDEN}', 1)
    )


@pytest.fixture
def judged(mini_copy, workers, tmp_path):  # noqa: F811
    """Function of a source text that returns its report for an exercise that forbids the mean."""
    exercise = mini_copy(forbid)[0]

    def judge(text):
        file = tmp_path / "answer.py"
        file.write_text(text)
        return check(exercise, file, workers)

    return judge


RAISES = "    if x.shape[0] == 0:\n        raise ValueError('empty')\n"


def test_a_call_at_run_time_is_trapped(judged):
    report = judged(
        f"from keras import ops\ndef centre(x):\n{RAISES}    return x - getattr(ops, 'me' + 'an')(x, axis=0)\n"
    )
    assert report.earned == 1  # of the part that ends before the call
    assert report.flags == ["keras.ops.mean was called, a forbidden shortcut here"]
    assert report.parts[0].message == "keras.ops.mean is a forbidden shortcut here: write it yourself."
    assert report.parts[0].where.startswith("line 5")


def test_catching_the_exception_does_not_remove_the_flag(judged):
    report = judged(
        f"from keras import ops\ndef centre(x):\n{RAISES}    try:\n        getattr(ops, 'mea' + 'n')(x)\n"
        "    except Exception:\n        pass\n    return x - ops.sum(x, axis=0) / x.shape[0]\n"
    )
    assert report.earned == report.points
    assert report.flags == ["keras.ops.mean was called, a forbidden shortcut here"]


def test_a_line_that_is_never_reached_is_flagged_and_costs_nothing(judged):
    report = judged(
        f"from keras import ops\ndef centre(x):\n{RAISES}    return x - ops.sum(x, axis=0) / x.shape[0]\n"
        "def other(x):\n    return ops.mean(x)\n"
    )
    assert report.complete
    assert report.flags == [
        "line 7: ops.mean is a forbidden shortcut here, write it yourself"
    ] or report.flags == ["line 7: keras.ops.mean is a forbidden shortcut here, write it yourself"]


def test_the_library_itself_may_use_what_is_forbidden(judged):
    report = judged(
        "import keras\nfrom keras import ops\n"
        f"def centre(x):\n{RAISES}"
        "    keras.layers.LayerNormalization()(x)\n    return x - ops.sum(x, axis=0) / x.shape[0]\n"
    )
    assert report.complete
    assert report.flags == []


@pytest.mark.parametrize("use", ["keras.layers.Dense(1)", "type('Mine', (keras.layers.Dense,), {})"])
def test_classes_are_trapped_too(judged, use):
    report = judged(f"import keras\ndef centre(x):\n{RAISES}    {use}\n    return x\n")
    assert "keras.layers.Dense is a forbidden shortcut here" in report.parts[0].message
    assert report.flags == ["line 5: keras.layers.Dense is a forbidden shortcut here, write it yourself"]


def test_the_next_file_of_the_same_process_has_no_traps(mini_copy, workers):  # noqa: F811
    exercise = mini_copy(forbid)[0]
    trapped = certify(exercise, workers)
    assert any("the solution fails in" in message for message in trapped.complaints)
    assert any(message.startswith("solution.py, line") for message in trapped.complaints)
    assert certify(catalog.load(MINI).exercises[0], workers).ok


@pytest.mark.backend_independent
def test_a_name_of_many_parts_is_no_name_of_a_library():
    """Its reading would take quadratic time: a file of one megabyte kept the grader busy for half a minute."""
    names = shortcuts.Names(ast.parse("import keras"))
    for parts, known in ((14, True), (17, False), (300, False)):
        node = ast.parse("keras" + ".a" * parts, mode="eval").body
        assert (names.dotted(node) is not None) == known


@pytest.mark.backend_independent
def test_a_chain_of_assignments_makes_no_long_names():
    """A file of one megabyte made a name of 60,000 parts in this way, which took the grader many minutes."""
    chain = "import keras as x0\n" + "".join(f"x{i + 1} = x{i}.a\n" for i in range(40))
    known = shortcuts.Names(ast.parse(chain)).known
    assert max(name.count(".") for name in known.values()) <= 16
    (found,) = shortcuts.find("import keras as a\nb = a.ops\nc = b\ny = c.softmax(x)", ["*.softmax"])
    assert found.line == 4


@pytest.mark.backend_independent
def test_many_imports_of_everything_are_not_multiplied_by_many_names():
    """20,000 imports and 60,000 names made the grader take more memory than there is."""
    text = "from keras.ops import *\n" * 300 + "softmax\n" * 300
    uses = list(shortcuts._uses(tree := ast.parse(text), shortcuts.Names(tree), {"softmax"}))
    assert len(uses) == 600
    text = "".join(f"from m{i} import *\n" for i in range(300)) + "softmax\n"
    assert 1 <= len(shortcuts.find(text, ["*.softmax"])) <= 40


@pytest.mark.backend_independent
def test_a_file_has_forty_findings_at_most():
    text = "".join(f"import m{i}\nm{i}.softmax(1)\n" for i in range(300))
    found = shortcuts.find(text, ["*.softmax"])
    assert [finding.line for finding in found] == [2 * n for n in range(1, 41)]


@pytest.mark.backend_independent
@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", ["x = f'" + "{1}" * 300_000 + "'", "import " + "a." * 500_000 + "a"])
def test_a_file_that_is_too_long_is_not_read(text):
    """Python's own parser takes minutes for these."""
    assert shortcuts.find(text, ["*.softmax"]) == []
    assert one_backend.note(text) == ""


def test_a_long_file_is_flagged_and_its_calls_are_trapped(judged):
    text = f"from keras import ops\ndef centre(x):\n    return ops.mean(x)\n{'# ' * 60_000}\n"
    report = judged(text.replace("ops.mean", "vars(ops)['me' + 'an']"))
    assert report.earned == 0
    assert report.flags[0] == "the file has 117 KiB, so it was not read for forbidden shortcuts: look at it"
