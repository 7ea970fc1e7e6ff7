"""A hint is shown only for a failure with which it helps."""

import pytest

from course.grading.checks import CheckFailed
from course.grading.errors import CandidateEnded, CandidateError
from course.grading.feedback import explain, keep_fitting_hints
from course.grading.report import FAILED, PASSED, TIMEOUT, PartResult
from course.grading.runner import check
from course.grading.session import Reply
from tests.course.grading.conftest import mini_copy, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent

HINT = "the batch is the first axis"


@pytest.fixture
def hints(mini_copy, workers, tmp_path):  # noqa: F811
    """Function of a source text that returns the hints of its failed parts; each part of the exercise has a hint."""

    def forbid(unit):
        toml = unit / "exercises" / "ex01_centre" / "exercise.toml"
        forbidden = 'arrays = "tensor"\nforbidden = ["keras.ops.mean"]'
        toml.write_text(toml.read_text().replace('arrays = "tensor"', forbidden, 1))

    exercise = mini_copy(forbid)[0]

    def judge(text):
        file = tmp_path / "answer.py"
        file.write_text(text)
        report = check(exercise, file, workers, trusted=True)
        assert report.earned < report.points
        return {part.hint for part in report.parts if part.status != PASSED} - {""}

    return judge


@pytest.mark.parametrize(
    "text",
    [
        "def centre(x)\n    return x",
        "def centre(x):\nreturn x",
        "import nothing_of_this_name\ndef centre(x):\n    return x",
        "def centre(x):\n    from numpy import nothing_of_this_name\n    return x",
        "def centre(x):\n    raise NotImplementedError",
        "from keras import ops\ndef centre(x):\n    return x - ops.mean(x, axis=-1)",
        "def centred(x):\n    return x",
        "def centre(x):\n    return x - y",
        "def centre(x):\n    return x.no_such_method()",
        "def centre():\n    return 1",
        "def centre(x):\n    exit()",
        "def centre(x):\n    x - 1",
        "def centre(x):\n    return 'x'",
        "def centre(x):\n    return object()",
        "def centre(x):\n    return [[1.0], [1.0, 2.0]]",
    ],
)
def test_an_error_that_is_not_mathematical_has_no_hint(hints, text):
    assert hints(text) == set()


@pytest.mark.parametrize("text", ["def centre(x):\n    return x + 1", "def centre(x):\n    return x[0]"])
def test_a_wrong_answer_gets_the_hint(hints, text):
    assert hints(text) == {HINT}


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (CandidateEnded("timeout", "f was still running after 30 s"), ""),
        (CandidateEnded("signal", "the program ended"), ""),
        (CandidateError("ZeroDivisionError", "division by zero", ["ZeroDivisionError"], where="f"), HINT),
        (CandidateError("LinAlgError", "Singular matrix", ["LinAlgError", "ValueError"], where="f"), HINT),
        (CandidateError("ModuleNotFoundError", "No module", ["ModuleNotFoundError"], where="f"), ""),
        (CandidateError("MyError", "no", ["MyError", "ImportError"], where="f"), ""),
        (CandidateError("TypeError", "f() takes 1 positional argument but 2 were given", where="f"), ""),
        (CheckFailed("2 of 2 values differ"), HINT),
        (CheckFailed("None, expected a number", is_number=False), ""),
    ],
)
def test_the_kind_of_the_failure_decides_about_the_hint(error, hint):
    result = PartResult("part", 1, hint=HINT)
    transcript = [Reply("f", 1.0)]
    explain(error, transcript, result)
    keep_fitting_hints([result], [transcript])
    assert result.hint == hint
    assert (result.status == TIMEOUT) == (getattr(error, "reason", "") == "timeout")


def test_a_special_case_has_no_hint_while_the_general_one_fails():
    functions = ["f", "f", "g", "f"]
    results = [
        PartResult(name, 1, status=FAILED, hint=name) for name in ("general", "special", "other", "last")
    ]
    results[0].status = PASSED
    transcripts = [[Reply(name, 1.0)] for name in functions]
    keep_fitting_hints(results, transcripts)
    assert [result.hint for result in results] == ["general", "special", "other", ""]
