import numpy as np
import pytest

from course.grading import close, equal, part, raises, shape, true
from course.grading.errors import CandidateError, CheckFailed

NAN, INF = np.nan, np.inf


def message(check, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        check(*args, **kwargs)
    return caught.value.message


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (np.float32([1, 2]), np.float64([1, 2 + 1e-7])),
        (np.array([1, 2]), [1.0, 2.0]),
        (np.array(3.0), 3),
        (3, np.array(3.0)),
        (2.5, 2.5),
        ([np.ones(2), 1.0], (np.ones(2), 1.0)),
        ({"a": np.ones(2)}, {"a": [1, 1]}),
        (np.array([True, False]), np.array([True, False])),
        (None, None),
        ("relu", "relu"),
        ([1, 2.0], np.ones(2) * [1, 2]),
        ((1.0, np.float32(2)), np.array([1.0, 2.0])),
        ([[1, 2], (3, 4)], np.array([[1.0, 2], [3, 4]])),
        ([np.ones(2), np.ones(2, "float32")], np.ones((2, 2))),
        ([np.array(1.0), 2], np.array([1.0, 2.0])),
        ([True, False], np.array([True, False])),
        ([[1.0], [2.0, 3.0]], [np.ones(1), np.array([2.0, 3.0])]),
        (np.ones((2, 3)), (np.ones(3), [1, 1, 1])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array([1 + 1j]), np.array([1 + 1j])),
        (np.array([2.0]), np.array([2 + 0j])),
    ],
)
def test_close_accepts(got, expected):
    close(got, expected)


@pytest.mark.parametrize(
    ("got", "expected", "text"),
    [
        (None, np.ones((2, 3)), r"None (is a `return` missing?), expected an array of shape (2, 3)"),
        ("x", 1.0, "the text 'x', expected a number"),
        ([1.0, 2.5], np.ones(2), "most by 1.5 at [1]: got 2.5, expected 1"),
        (
            [[1.0, 2.0], [3.0]],
            np.ones((2, 2)),
            "a list of 2 that is not an array (its rows have different lengths)",
        ),
        (
            [1.0, None],
            np.ones(2),
            "a list of 2 that is not an array (it holds None), expected an array of shape (2,)",
        ),
        ([1.0, "2"], np.ones(2), "a list of 2 that is not an array (it holds text)"),
        (
            [1.0, True],
            np.ones(2),
            "a list of 2 that is not an array (it holds both truth values and numbers)",
        ),
        ([object()], np.ones(1), "a list of 1 that is not an array (it holds an object of type object)"),
        ([[1.0, 2.0]], np.ones(2), "shape (1, 2), expected (2,)"),
        (10**30, 1.0, "a number of too many digits, expected a number"),
        (np.ones((3, 2)), np.ones((2, 3)), "shape (3, 2), expected (2, 3) (transposed?)"),
        (np.ones((2, 2)), np.ones(2), "shape (2, 2), expected (2,)"),
        (np.array([[1.0]]), 1.0, "shape (1, 1), expected ()"),
        (
            np.array([True]),
            np.array([1.0]),
            "dtype bool, expected float64: ops.cast converts truth values to numbers",
        ),
        (np.array([1.0]), np.array([True]), "dtype float64, expected bool"),
        (np.array([1j]), np.array([1.0]), "dtype complex128, expected float64"),
        (np.array([1.0, NAN]), np.ones(2), "1 of 2 values are not finite, the first is nan at [1]"),
        (INF, 1.0, "the value is not finite, the first is inf"),
        (np.array([1.0, 2.5]), np.array([1.0, 2.0]), "most by 0.5 at [1]: got 2.5, expected 2"),
        (np.array([0, 3]), np.array([0, 2]), "got 3, expected 2"),
        ([1.0], [1.0, 2.0], "a list of 1, expected a list of 2"),
        ([1.0, 3.0], [1.0, 2.0], "[1]: it differs by 1: got 3, expected 2"),
        (1.0, (1.0, 2.0), "the number 1.0, expected a tuple of 2"),
        ({"a": 1}, {"b": 1}, "['a'], expected a dictionary with the keys ['b']"),
        ({"a": 1.5}, {"a": 1.0}, "['a']: it differs by 0.5"),
        ("tanh", "relu", "the text 'tanh', expected the text 'relu'"),
        (np.zeros(2), None, "an array of shape (2,), expected None"),
    ],
)
def test_close_says_what_differs(got, expected, text):
    assert text in message(close, got, expected)


def test_close_uses_both_tolerances():
    close(np.array([100.0, 0.0]), np.array([101.0, 0.05]), rtol=0.01, atol=0.05)
    assert "at [0]" in message(close, np.array([100.0]), np.array([101.0]), rtol=0.009, atol=0)
    assert "at [0]" in message(close, np.array([0.06]), np.array([0.0]), rtol=1.0, atol=0.05)


def test_close_names_the_worst_place_not_the_first():
    got = np.array([[0.0, 0.1], [5.0, 0.2]])
    assert "3 of 4 values differ, most by 5 at [1, 0]" in message(close, got, np.zeros((2, 2)))


def test_close_refuses_what_is_not_finite_unless_told():
    expected = np.array([NAN, INF, -INF, 1.0])
    close(expected.copy(), expected, finite=False)
    assert "got inf" in message(close, np.array([NAN, INF, INF, 1.0]), expected, finite=False)
    assert "got nan" in message(close, np.array([1.0, NAN]), np.ones(2), finite=False)
    with pytest.raises(ValueError, match="finite=False"):  # an error of the author, not of the candidate
        close(np.ones(4), expected)


def test_close_keeps_what_the_feedback_shows():
    with pytest.raises(CheckFailed) as caught:
        close(np.zeros(2), np.array([0.0, 1.0]), inputs={"x": 7}, message="the slope")
    failure = caught.value
    assert failure.message.startswith("the slope: ")
    assert failure.inputs == {"x": 7}
    assert failure.at == (1,)
    np.testing.assert_array_equal(failure.expected, [0, 1])


def test_small_integers_do_not_wrap_around():
    assert "differs by 255" in message(close, np.array([0], "uint8"), np.array([255], "uint8"))
    assert "differs by 245" in message(equal, np.array([5], "uint8"), np.array([250], "uint8"))


def test_equal_is_exact_in_value_and_kind():
    equal(np.array([1, 2], "int32"), np.array([1, 2], "int64"))
    equal(np.array([1], "uint8"), [1])
    equal(3, 3)
    equal([1, "a", None], [1, "a", None])
    equal([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]))
    equal([[1, 2], [3, 4]], np.array([[1.0, 2.0], [3.0, 4.0]]))
    equal([True, False], np.array([True, False]))
    equal(np.array([NAN]), np.array([NAN]))
    equal([], np.array([], "int64"))  # an empty list has no dtype
    equal(np.zeros((0, 2), "int64"), [])  # as np.argwhere returns it for a list of pairs
    assert "expected (2,)" in message(equal, [], np.array([1, 2]))
    assert "dtype float64, expected int64" in message(equal, np.array([1.0]), np.array([1]))
    assert "got 1, expected 2" in message(equal, 1, 2)
    assert "by 1e-07" in message(equal, 1.0, 1.0 + 1e-7)


def test_true_and_shape():
    true(np.array([True, True]), "all of it")
    assert message(true, np.array([True, False]), "rows sum to 1") == "this should hold: rows sum to 1"
    shape(np.zeros((2, 5)), (2, 5))
    shape(np.zeros((2, 5)), (None, 5))
    shape(1.0, ())
    assert "shape (2, 5), expected (5, 2) (transposed?)" in message(shape, np.zeros((2, 5)), (5, 2))
    assert "expected (any, 4)" in message(shape, np.zeros((2, 5)), (None, 4))
    shape([[1.0, 2.0]], (1, 2))
    assert "(its rows have different lengths), expected an array" in message(shape, [[1], []], (2, 1))


def fails_with(kind, *kinds):
    def function(*args, **kwargs):
        raise CandidateError(kind, "no", [kind, *kinds, "Exception"])

    return function


def test_raises_accepts_the_exception_and_its_subclasses():
    raises(ValueError, fails_with("ValueError"), 1)
    raises(ValueError, fails_with("InvalidArgumentError", "ValueError"))
    raises(NotImplementedError, fails_with("NotImplementedError", "RuntimeError"))
    with pytest.raises(CandidateError):
        raises(ValueError, fails_with("KeyError", "LookupError"))
    assert "should raise ValueError here" in message(raises, ValueError, lambda x, k: x, 1, k=2)


def test_not_implemented_error_is_never_the_expected_error():
    for asked in (RuntimeError, Exception):
        with pytest.raises(CandidateError):
            raises(asked, fails_with("NotImplementedError", "RuntimeError"))


@pytest.mark.parametrize("points", [0, -1, 1.0, True, "2"])
def test_a_part_needs_whole_points(points):
    with pytest.raises(ValueError, match="whole number"):
        part("p", points=points)
