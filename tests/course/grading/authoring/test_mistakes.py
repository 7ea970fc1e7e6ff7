"""A mistake is a named change of the solution; the error about a wrong one names its line."""

import pytest

from course.grading.authoring.derived import wrong_or_complaints
from course.grading.authoring.markers import read_marked
from course.grading.authoring.mistakes import apply_mistake, read_mistakes
from course.grading.batch import address
from course.grading.errors import AuthoringError

pytestmark = pytest.mark.backend_independent

SOLUTION = """def f(x):
    # given: x
    a = x + 1

    b = x * 2
    return a * b


def g(x):
    b = x * 2
    return b


# given
def h(x):
    return x
"""


def wrong(diff, solution=SOLUTION):
    (mistake,) = read_mistakes(diff, "u01/ex01_f").values()
    return apply_mistake(mistake, read_marked(solution, "u01/ex01_f"))


PLAIN = SOLUTION.replace("# given\n", "")


@pytest.mark.parametrize(
    ("diff", "old", "new"),
    [
        ("@@ a: s\n-    a = x + 1\n+    a = x - 1\n", "x + 1", "x - 1"),
        ("@@ a: s\n-    return a * b\n", "    return a * b\n", ""),
        ("@@ a: s\n-    return a * b\n+    a = 1\n+    return a * b\n", "    return", "    a = 1\n    return"),
        ("@@ a: s\n-    a = x + 1\n-\n-    b = x * 2\n+    a, b = x, x\n", "a = x + 1\n\n    b = x * 2", "a, b = x, x"),
        # the first line alone would occur twice
        ("@@ a: s\n-    b = x * 2\n-    return b\n+    return 2\n", "    b = x * 2\n    return b\n", "    return 2\n"),
        # markers are not part of the lines
        ("@@ a: s\n-\n-\n-def h(x):\n+\n+\n+def h(y):\n", "h(x)", "h(y)"),
        ("# a comment\n\n@@ a: s\n\n# another\n-    a = x + 1\n+    a = 1\n", "a = x + 1", "a = 1"),
    ],
)  # fmt: skip
def test_the_wrong_answer_is_the_solution_with_the_change(diff, old, new):
    expected = PLAIN.replace(old, new, 1)
    assert wrong(diff) == expected != PLAIN
    assert wrong(diff.replace("\n", "\r\n")) == expected
    assert wrong(diff, SOLUTION.replace("\n", "\r\n")) == expected


def test_all_places_refer_to_the_original_solution():
    """A place never matches the new lines of another place, and the order of the places does not matter."""
    first, second = "-    a = x + 1\n+    return a * b\n", "-    return a * b\n+    a = x + 1\n"
    expected = (
        PLAIN.replace("a = x + 1", "@").replace("return a * b", "a = x + 1").replace("@", "return a * b")
    )
    assert (
        wrong(f"@@ swapped: s\n{first}~\n{second}") == wrong(f"@@ swapped: s\n{second}~\n{first}") == expected
    )


def test_names_and_sentences_are_kept_in_order():
    found = read_mistakes("@@ b2:  one: two  \n-x\n@@ a : κ ≤ 1\n-y\n+z\n", "e")
    assert [(m.name, m.sentence, m.line) for m in found.values()] == [
        ("b2", "one: two", 1),
        ("a", "κ ≤ 1", 3),
    ]
    assert read_mistakes("", "e") == read_mistakes("# none yet\n\n", "e") == {}


@pytest.mark.parametrize(
    ("diff", "message"),
    [
        ("@@ a: s\n-    a = x + 2\n+    a = 1\n", "line 2: the mistake 'a': solution.py has no line 'a = x + 2'"),
        ("@@ a: s\n-  a = x + 1\n+  a = 1\n", "line 2: the mistake 'a': solution.py has no line 'a = x + 1' with this"),
        ("@@ a: s\n-    a = x + 1\n-    c = 1\n", "line 3: the mistake 'a': solution.py has no line 'c = 1'"),
        ("@@ a: s\n-    a = x + 1\n-    return b\n", "line 2: the mistake 'a': its - lines occur in"),
        ("@@ a: s\n-    b = x * 2\n+    b = x\n",
         "line 2: the mistake 'a': its - line occurs in solution.py at the lines 5 and 10"),
        ("@@ a: s\n-    a = x + 1\n+    a = 1\n~\n-    b = x * 2\n+    b = x\n", "line 5: the mistake 'a': its - line"),
        ("@@ a: s\n-    a = x + 1\n-\n+    a = 1\n~\n-\n-    b = x * 2\n-    return a * b\n",
         "line 6: the mistake 'a': this place overlaps with the one at line 2"),
        ("@@ a: s\n-    a = x + 1\n+    a = x + 1\n", "line 2: the mistake 'a': the + lines equal the - lines"),
        ("@@ a: s\n", "line 1: the mistake 'a': no - and + lines follow"),
        ("@@ a: s\n@@ b: s\n-x\n", "line 1: the mistake 'a': no - and + lines follow"),
        ("@@ a: s\n~\n-    a = x + 1\n", "line 1: the mistake 'a': no - and + lines follow"),
        ("@@ a: s\n-    a = x + 1\n~\n", "line 3: the mistake 'a': no - and + lines follow"),
        ("@@ a: s\n-    a = x + 1\n~\n~\n-    return b\n", "line 3: the mistake 'a': no - and + lines follow"),
        ("@@ a: s\n+    a = 1\n-    a = x + 1\n", "line 2: the mistake 'a': a place begins with the - lines"),
        ("@@ a: s\n-    a = x + 1\n+    a = 1\n-    return b\n", "line 4: the mistake 'a': write a line ~ before"),
        ("@@ a: s\n     a = x + 1\n", "line 2: the mistake 'a': a line begins with one of @@ - + ~ #"),
        ("@@ a: s\n~ -    a = x + 1\n", "line 2: the mistake 'a': a line begins with one of"),
        ("-    a = x + 1\n", 'line 1: the first mistake has to begin with a line "@@ name: sentence"'),
        ("@@ a:\n-    a = x + 1\n", 'line 1: a mistake begins with "@@ name: sentence"'),
        ("@@ Wrong-Axis: s\n-    a = x + 1\n", 'line 1: a mistake begins with "@@ name: sentence"'),
        ("@@ -1,2 +1,2 @@\n-    a = x + 1\n", 'line 1: a mistake begins with "@@ name: sentence"'),
        ("@@ a: s\n-    a = x + 1\n@@ a: t\n-    return b\n",
         "line 3: the mistake 'a': there is one of this name at line 1"),
    ],
)  # fmt: skip
def test_an_error_names_exercise_mistake_and_line(diff, message):
    with pytest.raises(AuthoringError) as error:
        wrong(diff)
    assert str(error.value).startswith(f"u01/ex01_f: mistakes.diff, {message}")


def test_a_mistake_that_does_not_fit_does_not_affect_the_others(mini_copy):
    def change(unit):
        path = unit / "exercises" / "ex02_scale" / "mistakes.diff"
        path.write_text(path.read_text().replace("-        return", "-    return"))

    exercise = mini_copy(change)[1]
    found, (complaint,) = wrong_or_complaints(exercise)
    assert list(found) == ["frozen"]
    assert (complaint.file, complaint.line) == ("mistakes.diff", 2)
    with pytest.raises(AuthoringError, match=r"u01/ex02_scale: mistakes\.diff, line 2: the mistake 'added'"):
        _ = exercise.wrong
    assert list(exercise.mistakes) == ["added", "frozen"]
    with pytest.raises(AuthoringError, match="line 2: the mistake 'added'"):
        address.check(exercise)  # `course grade` calls this before it grades any file
