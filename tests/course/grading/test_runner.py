import json
from types import SimpleNamespace

import numpy as np
import pytest

from course.grading.errors import GraderError
from course.grading.feedback import value_text
from course.grading.mistakes import name_mistakes
from course.grading.report import PartResult
from course.grading.runner import check, read_parts
from course.grading.sandbox.workers import Workers
from course.grading.session import Reply
from course.grading.time_limits import Limits
from course.processes.launcher import Launch

CENTRE = """
from keras import ops

def centre(x):
    {}
"""


@pytest.fixture
def graded(workers, tmp_path):
    """Function of an exercise and a source text that returns the report."""

    def make(exercise, source, **options):
        file = tmp_path / "answer.py"
        file.write_text(source, encoding="utf-8")
        return check(exercise, file, workers, **options)

    return make


def test_the_solution_earns_everything(workers, mini, backend):
    for exercise in mini:
        report = check(exercise, exercise.solution, workers)
        assert report.complete
        assert (report.earned, report.points) == (exercise.points, exercise.points)
        assert (report.exercise, report.backend, report.advisory) == (exercise.name, backend, True)
        assert {part.status for part in report.parts} == {"passed"}


@pytest.mark.backend_independent
def test_the_stub_earns_nothing_and_is_not_done(workers, mini):
    for exercise in mini:
        report = check(exercise, exercise.stub, workers)
        assert report.earned == 0
        assert {part.status for part in report.parts} == {"not done"}
        assert all("Not done yet" in part.message for part in report.parts)
        assert all("raise NotImplementedError" in part.where for part in report.parts)


def test_known_mistakes_are_named(graded, mini):
    centre, scale = mini
    # other code than the wrong variants, but the same mistakes
    report = graded(centre, CENTRE.format("m = ops.sum(x, axis=-1) / x.shape[1]; return x - m[:, None]"))
    assert report.earned == 0
    by_hand, random_batch, empty = report.parts
    assert by_hand.mistake == random_batch.mistake == "the mean runs over the features instead of the batch"
    assert empty.mistake == ""
    assert random_batch.hint == "the batch is the first axis"
    report = graded(scale, scale.wrong["frozen"].read_text())
    assert [(part.earned, part.mistake) for part in report.parts] == [
        (2, ""),
        (0, "the weight is not trainable"),
    ]


def test_an_unknown_mistake_is_not_named(graded, mini):
    report = graded(mini[0], CENTRE.format("return x - 0.5"))
    assert [part.status for part in report.parts] == ["failed"] * 3
    assert [part.mistake for part in report.parts] == [""] * 3
    first = report.parts[0]
    assert first.message == "4 of 4 values differ, most by 3.5 at [0, 1]: got 1.5, expected -2."
    assert first.inputs == {"x": "[[1., 2.],\n [3., 6.]]"}
    assert first.expected == "[[-1, -2],\n [ 1,  2]]"
    assert report.parts[2].message.startswith("the function centre should raise ValueError here")


@pytest.mark.backend_independent
def test_a_wrong_variant_ends_at_its_first_other_answer(mini):
    """A variant that gives the candidate's answers is named; of the others nothing more is asked."""
    answers = {"wrong_whole.py": [1.0, 2.0, 3.0], "wrong_features.py": [1.0, 5.0, 3.0]}
    given, asked = [Reply("f", np.float32(value)) for value in (1.0, 2.0, 3.0)], []

    class Workers:
        def session(self, name, source, arrays, trusted):
            (file,) = [file for file in mini[0].wrong.values() if file.read_bytes() == source]
            return SimpleNamespace(file=file.name, new_transcript=list, close=lambda: None)

    def run_part(part, session, seed):
        transcript = session.new_transcript()
        for value in answers[session.file]:
            asked.append((session.file, value))
            try:
                transcript.append(Reply("f", np.float32(value)))
            except GraderError:
                return PartResult("part", 1, status="trouble"), transcript
        return PartResult("part", 1), transcript

    result = PartResult("part", 1)
    name_mistakes(mini[0], [None], [result], [given], Workers(), 0, run_part)
    assert result.mistake == mini[0].mistakes["whole"]
    assert [value for file, value in asked if file == "wrong_whole.py"] == [1.0, 2.0, 3.0]
    assert [value for file, value in asked if file == "wrong_features.py"] == [1.0, 5.0]


@pytest.mark.backend_independent
def test_parts_cost_their_own_points_only(graded, mini):
    report = graded(
        mini[0],
        "import os\n"
        + CENTRE.format("os._exit(1) if x.shape[0] == 6 else None")
        + "    if x.shape[0] == 0: raise ValueError('empty')\n    return x - ops.mean(x, axis=0)\n",
    )
    assert [(part.earned, part.status) for part in report.parts] == [
        (1, "passed"),
        (0, "ended"),
        (1, "passed"),
    ]
    assert report.parts[1].message == "the program ended itself (exit status 1)."
    assert report.judged


def test_an_exception_of_the_candidate_gives_one_sentence_and_a_line(graded, mini):
    report = graded(mini[0], CENTRE.format("return ops.mean(x, axis=7)"))
    part = report.parts[0]
    assert part.status == "error"
    assert part.message.startswith("centre raised ")
    assert "\n" not in part.message
    assert len(part.message) < 400
    assert part.where == "line 5: return ops.mean(x, axis=7)"


@pytest.mark.backend_independent
def test_a_file_that_python_cannot_read_fails_whole_with_line_and_caret(graded, mini):
    report = graded(mini[0], "def centre(x):\n    return x -* 2\n")
    assert report.earned == 0
    for part in report.parts:
        assert part.message == "Python cannot read the file: invalid syntax."
        line, caret = part.where.split("\n")
        assert line == "line 2: return x -* 2"
        assert line[caret.index("^")] == "*"


@pytest.mark.backend_independent
def test_a_notebook_is_named(graded, mini):
    """A notebook with another ending is an expression of Python: the message was that `null` is not defined."""
    report = graded(mini[0], '{"cells": [{"execution_count": null}], "metadata": {}, "nbformat": 4}')
    assert report.earned == 0
    assert report.parts[0].message.startswith("the file is a Jupyter notebook, not a Python file: ")


@pytest.mark.backend_independent
def test_a_missing_function_is_named(graded, mini):
    report = graded(mini[0], "def center(x):\n    return x\n")
    assert report.parts[0].message == "there is no `centre` in ex01_centre.py; did you mean `center`?"


def test_the_kind_of_the_answer_is_checked_before_its_numbers(graded, mini):
    for source, message in (
        (
            "return [[-1.0, -2.0], [1.0]]",
            "a list of 2 that is not an array (its rows have different lengths)",
        ),
        ("ops.mean(x)", "None (is a `return` missing?)"),
        ("return object()", "an object of type object"),
        ("return ops.transpose(x)", "values differ"),
        ("return x[0]", "shape (2,), expected (2, 2)"),
        ("return x / 0", "not finite"),
    ):
        assert message in graded(mini[0], CENTRE.format(source)).parts[0].message


@pytest.mark.backend_independent
def test_the_seed_chooses_the_inputs(graded, mini):
    def x(seed):
        return graded(mini[0], CENTRE.format("return 0 * x"), seed=seed).parts[1].inputs["x"]

    assert x(0) == x(0)
    assert x(0) != x(1)


@pytest.mark.backend_independent
def test_a_report_is_json(graded, mini):
    report = graded(mini[0], CENTRE.format("print('seen'); return x"))
    content = json.loads(json.dumps(report.as_dict()))
    assert content["points"] == 4
    assert content["earned"] == 0
    assert content["judged"] is True
    assert content["printed"].startswith("seen\n")
    assert content["parts"][0]["name"] == "one number by hand"


def check_file(text):
    def change(unit):
        (unit / "exercises" / "ex01_centre" / "check.py").write_text(
            "import numpy as np\nfrom course.grading import close, part\n" + text
        )

    return change


def test_a_reply_for_which_the_check_raises_fails_the_part(graded, mini_copy):
    text = "@part('two', points=4)\ndef two(c, rng):\n    a, b = c.centre(np.ones((2, 2)))\n"
    exercise = mini_copy(check_file(text))[0]
    (part,) = graded(exercise, CENTRE.format("return None")).parts
    assert part.status == "failed"
    assert part.message == (
        "The check cannot use what centre returned (cannot unpack non-iterable NoneType object)."
    )
    assert part.got == "None"


def test_a_check_that_raises_by_itself_costs_no_points(graded, mini_copy):
    exercise = mini_copy(check_file("@part('one', points=4)\ndef one(c, rng):\n    1 / 0\n"))[0]
    report = graded(exercise, CENTRE.format("return x"))
    assert report.parts[0].status == "trouble"
    assert not report.judged
    assert not report.complete


@pytest.mark.backend_independent
@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 / 0\n",
        "x = (\n",
        "@part('a', points=1)\ndef a(c, r): pass\n@part('a', points=1)\ndef b(c, r): pass\n",
    ],
)
def test_a_check_without_parts_is_trouble(mini_copy, text):
    exercise = mini_copy(check_file(text))[0]
    with pytest.raises(GraderError, match=r"check\.py"):
        read_parts(exercise.check)


@pytest.mark.backend_independent
def test_parts_come_in_the_order_of_the_file(mini):
    names = [part.name for part in read_parts(mini[0].check)]
    assert names == ["one number by hand", "a random batch", "an empty batch is an error"]


def test_a_checker_that_cannot_start_costs_no_points(mini):
    with Workers("jax", lambda *_: Launch(["no-such-command"], {}), Limits()) as pool:
        report = check(mini[0], mini[0].solution, pool)
    assert not report.judged
    assert "could not be started" in report.parts[0].message


def test_missing_and_too_large_files(workers, mini, tmp_path):
    with pytest.raises(GraderError, match="cannot be read"):
        check(mini[0], tmp_path / "none.py", workers)
    (tmp_path / "large.py").write_bytes(b"#" * (2 << 20))
    with pytest.raises(GraderError, match="larger than 1 MiB"):
        check(mini[0], tmp_path / "large.py", workers)


@pytest.mark.backend_independent
def test_large_values_are_shown_by_their_worst_row(graded, mini_copy):
    text = (
        "@part('wide', points=4)\ndef wide(c, rng):\n    x = np.zeros((50, 2), 'float32')\n"
        "    expected = x.copy()\n    expected[17] = 5\n    close(c.centre(x), expected, inputs={'x': x, 'n': 3})\n"
    )
    (part,) = graded(mini_copy(check_file(text))[0], CENTRE.format("return x")).parts
    assert part.inputs == {"x[17]": "[0., 0.]", "n": "3"}
    assert (part.got, part.expected) == ("[0., 0.]", "[5., 5.]")


@pytest.mark.backend_independent
def test_values_are_shown_short():
    assert value_text(np.zeros((50, 2), "int8")) == "int8 array of shape (50, 2)"
    assert value_text([1.5, (None,), {"a": np.ones(2)}]) == "[1.5, (None), {a: [1., 1.]}]"
    assert len(value_text("x" * 10_000)) < 400
    assert len(value_text([0] * 10_000)) < 400
