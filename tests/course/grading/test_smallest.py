"""Of the failing calls of a part, the one with the smallest inputs is shown."""

import numpy as np
import pytest

from course.grading import close, equal, true
from course.grading.errors import CheckFailed
from course.grading.runner import check
from course.grading.smallest import collecting
from tests.course.grading.conftest import mini_copy, workers  # noqa: F401

pytestmark = pytest.mark.backend_independent


def statements(sizes):
    for n in sizes:
        x = np.zeros(n)
        close(x, x + (n != 4), inputs={"x": x})


def test_the_smallest_of_all_failures_is_raised():
    with pytest.raises(CheckFailed) as caught, collecting():
        statements((9, 4, 3, 7, 3))
    assert len(caught.value.inputs["x"]) == 3


def test_without_collecting_the_first_is_raised():
    with pytest.raises(CheckFailed) as caught:
        statements((9, 3))
    assert len(caught.value.inputs["x"]) == 9


def collected(*pieces):
    """Run functions one after the other, as in a part."""
    with collecting():
        for piece in pieces:
            piece()


def broken():
    raise KeyError("a consequence")


def test_an_exception_after_the_first_failure_does_not_hide_it():
    with pytest.raises(CheckFailed, match="five"):
        collected(lambda: true(False, "five", inputs={"n": 5}), broken)
    with pytest.raises(KeyError):
        collected(lambda: equal(1, 1), broken)


def test_a_failure_without_inputs_is_shown_only_if_there_is_no_other():
    without, large = (lambda: true(False, "first")), (lambda: true(False, "second", {"x": np.zeros(100)}))
    with pytest.raises(CheckFailed, match="second"):
        collected(without, large)
    with pytest.raises(CheckFailed, match="first"):
        collected(without)


def test_it_stops_after_enough_failures():
    seen = []
    with pytest.raises(CheckFailed):
        collected(*[lambda i=i: (seen.append(i), equal(i, -1)) for i in range(1000)])
    assert len(seen) < 100


CHECK = """
import numpy as np
from course.grading import close, part


@part("many sizes", points=4)
def sizes(candidate, rng):
    for n in (8, 2, 5):
        x = rng.normal(size=(n, 3)).astype("float32")
        close(candidate.centre(x), x - x.mean(0), inputs={"x": x}, atol=1e-5)
"""


def test_a_student_sees_the_smallest_and_the_mistake_by_name(mini_copy, workers, tmp_path):  # noqa: F811
    def change(unit):
        (unit / "exercises" / "ex01_centre" / "check.py").write_text(CHECK)

    exercise = mini_copy(change)[0]
    file = tmp_path / "answer.py"
    file.write_text(
        "from keras import ops\ndef centre(x):\n    return x - ops.mean(x, axis=1, keepdims=True)\n"
    )
    (part,) = check(exercise, file, workers).parts
    assert part.inputs["x"].count("[") == 3  # two rows
    assert part.mistake == "the mean runs over the features instead of the batch"
