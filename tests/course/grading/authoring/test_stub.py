"""The stub, with which a student begins, is the solution without its answers."""

import pytest

from course.grading.authoring.markers import lines_of, read_marked
from course.grading.authoring.stub import derive_stub
from course.grading.errors import AuthoringError

pytestmark = pytest.mark.backend_independent

SOLUTION = '''"""Two means."""

import itertools
import math

import numpy as np
from keras import ops

LIMIT = 3  # stays
_EPSILON = 1e-7


def mean(x, axis=0):
    """The mean.

    Args:
        x: Numbers.
    """
    # ∑ x / n
    total = ops.sum(x, axis=axis)
    return total / _count(x, axis)
    # the end


# counts the entries
# along an axis
def _count(x, axis):
    """How many."""
    return math.prod(x.shape[axis : axis + 1]) + _EPSILON


class Running:
    """A running mean."""

    start = np.zeros(3)

    def __init__(self, size):
        self.size = size

    def _private(self):
        return 3

    @property
    def value(self):
        """The value."""

        return self.size


def last(
    x,
    *,
    n=1,
):
    return x[-n:]
'''

STUB = '''"""Two means."""

import numpy as np
from keras import ops  # noqa: F401

LIMIT = 3  # stays


def mean(x, axis=0):
    """The mean.

    Args:
        x: Numbers.
    """
    raise NotImplementedError


class Running:
    """A running mean."""

    start = np.zeros(3)

    def __init__(self, size):
        raise NotImplementedError

    @property
    def value(self):
        """The value."""
        raise NotImplementedError


def last(
    x,
    *,
    n=1,
):
    raise NotImplementedError
'''


def test_bodies_helpers_and_unused_imports_are_removed_and_the_rest_stays():
    assert derive_stub(SOLUTION, "u01/ex01") == STUB


def test_line_ends_do_not_matter():
    assert derive_stub(SOLUTION.replace("\n", "\r\n"), "u01/ex01") == STUB
    assert lines_of("a\r\nb\rc\n\x0cd\u2028e\n") == ["a", "b", "c", "\x0cd\u2028e"]


def test_names_that_only_helpers_use_are_removed_from_an_import():
    text = "from math import (\n    pi,\n    tau,\n)\n\n\ndef f():\n    return pi\n\n\ndef _g():\n    return tau\n"
    assert (
        derive_stub(text, "e")
        == "from math import pi  # noqa: F401\n\n\ndef f():\n    raise NotImplementedError\n"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# given\ndef {}(x):\n    return x\n", "def {}(x):\n    return x\n"),
        ("#given\n@cache\ndef {}(x):\n    return x\n", "@cache\ndef {}(x):\n    return x\n"),
        ("def {}(x):  # given\n    return x\n", "def {}(x):\n    return x\n"),
        ("class {}:  # given\n    x = 1\n", "class {}:\n    x = 1\n"),
        ("# given\n{} = 3\n", "{} = 3\n"),
    ],
)
@pytest.mark.parametrize("name", ["public", "_private"])
def test_what_is_given_stays_whole(before, after, name):
    assert derive_stub(before.format(name), "e") == after.format(name)


def test_what_is_given_in_a_class_stays_whole():
    text = "class A:\n    # given\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    stub = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        raise NotImplementedError\n"
    assert derive_stub(text, "e") == stub


def test_a_marked_solution_in_a_function_keeps_the_other_lines():
    text = (
        "import math\n\n\ndef f(x):\n    y = x + 1\n    for i in range(3):\n"
        "        ### BEGIN SOLUTION\n        y = math.sin(y)\n\n        y += i\n        ### END SOLUTION\n"
        "    return y\n"
    )
    assert derive_stub(text, "e") == (
        "import math  # noqa: F401\n\n\ndef f(x):\n    y = x + 1\n    for i in range(3):\n"
        "        raise NotImplementedError\n    return y\n"
    )
    assert read_marked(text, "e").text == "".join(
        line for line in text.splitlines(True) if "SOLUTION" not in line
    )


def test_a_solution_outside_of_functions_is_not_in_the_stub():
    text = "# BEGIN SOLUTION\nimport math\n\n\ndef helper(x):\n    return x\n\n\n# END SOLUTION\nx = 1\n"
    assert derive_stub(text, "e") == "x = 1\n"


def test_markers_in_strings_are_ignored():
    text = 'def f():\n    """Write # given.\n\n    # BEGIN SOLUTION\n    """\n    return 1\n'
    assert derive_stub(text, "e") == text.replace("return 1", "raise NotImplementedError")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x)\n    return x\n", "solution.py, line 1: it is not valid Python"),
        (
            "def f():\n    # BEGIN SOLUTION\n    return 1\n",
            "line 2: # BEGIN SOLUTION has no # END SOLUTION after it",
        ),
        (
            "def f():\n    return 1\n    # END SOLUTION\n",
            "line 3: # END SOLUTION has no # BEGIN SOLUTION before it",
        ),
        (
            "# BEGIN SOLUTION\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n",
            "line 2: # BEGIN SOLUTION comes twice",
        ),
        (
            "def f():\n    # BEGIN SOLUTION\n    return 1\n\n\ndef g():\n    return 2\n    # END SOLUTION\n",
            "line 3: # BEGIN SOLUTION and # END SOLUTION must be in the same function",
        ),
        ("# given\n\nprint(1)\n", "line 2: # given belongs above a function"),
        ("def f():\n    x = 1  # given\n    return x\n", "line 2: # given belongs above a function"),
        ("def f(): return 1\n", "line 1: the body of f must be on separate lines"),
        (
            "if 3:\n    def f():\n        return 1\n",
            "line 2: f must be at the top level of the file or in a class",
        ),
        ("def f(x=_y):\n    return x\n\n\n_y = 1\n", "line 1: the stub uses _y here, which is not in it"),
        (
            "# given\ndef f(x):\n    return _g(x)\n\n\ndef _g(x):\n    return x\n",
            "line 3: the stub uses _g here, which is not in it: write # given above _g",
        ),
    ],
)
def test_an_error_in_a_solution_names_its_line(text, message):
    with pytest.raises(AuthoringError) as error:
        derive_stub(text, "u01/ex01_centre")
    assert str(error.value).startswith("u01/ex01_centre: solution.py, line ")
    assert message in str(error.value)
