"""The functions for a `check.py`: parts, and statements about what a candidate returned.

    @part("agrees with the definition", points=2, hint="the sum runs over the classes")
    def values(candidate, rng):
        z = rng.normal(size=(5, 3)).astype("float32")
        close(candidate.softmax(z), softmax(z), inputs={"z": z})

A statement that does not hold raises `CheckFailed`, and the runner turns the exception into feedback. With a student's
file the part continues for a short time, to find the smallest inputs that show the error.
"""

import math
from dataclasses import dataclass

import numpy as np

from course.grading.errors import CandidateError, CheckFailed
from course.grading.smallest import statement
from course.grading.values import numbers, why_not


@dataclass(frozen=True)
class Part:
    """One part of a check: its name, its points, its function, and a hint for a student who fails it.

    `unchecked` is the number of points that only the instructor can give, because the part could not be recorded for
    the student edition.
    """

    name: str
    points: int
    function: callable
    hint: str = ""
    unchecked: int = 0


def part(name, points, hint=""):
    """Mark a function `(candidate, rng)` as a part of the check, worth `points` if nothing in it fails."""
    if type(points) is not int or points < 1:
        raise ValueError(f"the part {name!r} needs a whole number of points, at least 1, not {points!r}")

    def mark(function):
        function.part = Part(name, points, function, hint)
        return function

    return mark


@statement
def close(got, expected, inputs=None, rtol=1e-5, atol=1e-6, message="", finite=True):
    """State that `|got − expected| ≤ atol + rtol·|expected|` everywhere.

    Args:
        got: What the candidate returned.
        expected: Number, array, or list, tuple or dict of them. Only the values count, not their container: for an
            array the candidate may return lists or tuples of numbers, and for a list a tuple or an array.
        inputs: Dictionary of name → value, shown when the statement fails.
        rtol: The relative tolerance; the default suits one formula in float32.
        atol: The absolute tolerance.
        message: Text at the beginning of the message.
        finite: If True, nan and infinity are wrong. If False, they are right where `expected` has the same value.
    """
    _match(got, expected, _Report(inputs, message), "", lambda g, e: _within(g, e, rtol, atol), finite)


@statement
def equal(got, expected, inputs=None, message=""):
    """State that `got` is exactly `expected`: the same shape, the same kind of numbers, the same values.

    Integers are accepted where floats are expected, but floats are not accepted where integers are expected.
    """
    _match(got, expected, _Report(inputs, message), "", _same, finite=False)


@statement
def true(condition, what, inputs=None, got=None):
    """State that a condition holds (for all entries, if it is an array); `what` describes the condition."""
    if not np.all(condition):
        raise CheckFailed(f"this should hold: {what}", inputs=inputs, got=got)


@statement
def raises(expected, function, *args, **kwargs):
    """State that a call raises the exception `expected` or a subclass of it."""
    try:
        got = function(*args, **kwargs)
    except CandidateError as error:
        if expected.__name__ == error.kind:
            return
        if expected.__name__ in error.kinds and error.kind != "NotImplementedError":
            return
        raise
    shown = {f"argument {i}": value for i, value in enumerate(args, 1)} | kwargs
    raise CheckFailed(
        f"{_name(function)} should raise {expected.__name__} here, but it returned a value",
        inputs=shown,
        got=got,
    )


@statement
def shape(got, expected, inputs=None, message=""):
    """State that `got` is an array, or nested lists, of the shape `expected`; None stands for any length."""
    report = _Report(inputs, message)
    array = numbers(got)
    if array is None:
        report.fail(
            f"{_noun(got)}, expected an array of shape {_shape_text(expected)}", got, None, is_number=False
        )
    actual = array.shape
    fits = len(actual) == len(expected) and all(
        e is None or a == e for a, e in zip(actual, expected, strict=True)
    )
    if not fits:
        report.fail(_shapes_differ(actual, expected), got, None)


class _Report:
    """Raises `CheckFailed` with the inputs and the beginning that all messages of one statement share."""

    def __init__(self, inputs, beginning):
        self.inputs = inputs
        self.beginning = beginning

    def fail(self, message, got, expected, at=None, is_number=True):
        text = f"{self.beginning}: {message}" if self.beginning else message
        raise CheckFailed(text, inputs=self.inputs, got=got, expected=expected, at=at, is_number=is_number)


def _match(got, expected, report, path, same, finite):
    """Compare two values of the same structure; structure, shape and dtype are compared before the numbers."""
    here = f"{path}: " if path else ""
    if isinstance(expected, dict):
        if not isinstance(got, dict) or set(got) != set(expected):
            keys = sorted(got) if isinstance(got, dict) else _noun(got)
            wanted = f"a dictionary with the keys {sorted(expected)}"
            report.fail(f"{here}{keys}, expected {wanted}", got, expected, is_number=False)
        for key in expected:
            _match(got[key], expected[key], report, f"{path}[{key!r}]", same, finite)
    elif isinstance(expected, (list, tuple)) and not _both_arrays(got, expected):
        many = isinstance(got, (list, tuple)) or (isinstance(got, np.ndarray) and got.ndim > 0)
        if not many or len(got) != len(expected):
            report.fail(
                f"{here}{_noun(got)}, expected {_noun(expected, judged=False)}", got, expected, is_number=many
            )
        for i, (g, e) in enumerate(zip(got, expected, strict=True)):
            _match(g, e, report, f"{path}[{i}]", same, finite)
    elif expected is None or isinstance(expected, str):
        if type(got) is not type(expected) or got != expected:
            report.fail(f"{here}{_noun(got)}, expected {_noun(expected, judged=False)}", got, expected)
    else:
        _match_numbers(got, np.asarray(expected), report, here, same, finite)


def _match_numbers(got, expected, report, here, same, finite):
    raw, got = got, numbers(got)
    if got is None:
        wanted = f"an array of shape {_shape_text(expected.shape)}" if expected.ndim else "a number"
        report.fail(f"{here}{_noun(raw)}, expected {wanted}", raw, expected, is_number=False)
    if got.shape != expected.shape:
        report.fail(here + _shapes_differ(got.shape, expected.shape), raw, expected)
    if expected.size == 0:  # an empty list has no dtype, and there are no numbers to compare
        return
    if (got.dtype.kind == "b") != (expected.dtype.kind == "b") or (
        got.dtype.kind == "c" and expected.dtype.kind != "c"
    ):
        advice = ": ops.cast converts truth values to numbers" if got.dtype.kind == "b" else ""
        report.fail(
            f"{here}dtype {got.dtype.name}, expected {expected.dtype.name}{advice}",
            raw,
            expected,
            is_number=False,
        )
    if finite:
        if not np.all(np.isfinite(expected)):
            raise ValueError("the expected value is not finite: use finite=False in the check")
        bad = ~np.isfinite(got)
        if np.any(bad):
            at = tuple(int(i) for i in np.argwhere(bad)[0])
            count = f"{int(bad.sum())} of {bad.size} values are" if bad.size > 1 else "the value is"
            report.fail(f"{here}{count} not finite, the first is {got[at]}{_at(at)}", raw, expected, at)
    wrong = same(got, expected)
    if isinstance(wrong, str):
        report.fail(here + wrong, raw, expected)
    if np.any(wrong):
        at = _worst(got, expected, wrong)
        error = _difference(got[at], expected[at])
        several = (
            f"{int(wrong.sum())} of {wrong.size} values differ, most" if wrong.size > 1 else "it differs"
        )
        size = f" by {error:.3g}" if math.isfinite(error) and got.dtype.kind != "b" else ""
        text = f"{here}{several}{size}{_at(at)}: got {_digits(got[at])}, expected {_digits(expected[at])}"
        report.fail(text, raw, expected, at)


def _within(got, expected, rtol, atol):
    if got.dtype.kind == "b":
        return got != expected
    wide = np.complex128 if "c" in (got.dtype.kind, expected.dtype.kind) else np.float64
    return ~np.isclose(got.astype(wide), expected.astype(wide), rtol=rtol, atol=atol, equal_nan=True)


def _same(got, expected):
    kinds = {"u": "i"}
    if expected.dtype.kind == "f" and got.dtype.kind in "iu":  # [1, 2] equals [1.0, 2.0]
        got = got.astype(expected.dtype)
    if kinds.get(got.dtype.kind, got.dtype.kind) != kinds.get(expected.dtype.kind, expected.dtype.kind):
        return f"dtype {got.dtype.name}, expected {expected.dtype.name}"
    both_nan = (got != got) & (expected != expected)
    return (got != expected) & ~both_nan


def _worst(got, expected, wrong):
    """Return the index of the largest error among the wrong values."""
    if got.dtype.kind == "b":
        flat = int(np.argmax(wrong))
    else:
        wide = np.complex128 if "c" in (got.dtype.kind, expected.dtype.kind) else np.float64
        with np.errstate(invalid="ignore", over="ignore"):
            error = np.abs(got.astype(wide) - expected.astype(wide))
        flat = int(np.argmax(np.where(wrong, np.nan_to_num(error, nan=np.inf), -1.0)))
    return tuple(int(i) for i in np.unravel_index(flat, wrong.shape))


def _difference(got, expected):
    if np.asarray(got).dtype.kind == "b":
        return math.nan
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.abs(np.complex128(got) - np.complex128(expected)))


def _both_arrays(got, expected):
    if len(expected) == 0:  # it does not say how long its rows would be
        return False
    return isinstance(got, (np.ndarray, np.generic)) and numbers(expected) is not None


def _noun(value, judged=True):
    """Describe a value: `None (is a return missing?)`, `a list of 3`, `an array of shape (2, 3)`."""
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    if isinstance(value, dict):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        why = why_not(value) if judged else ""
        return f"a {type(value).__name__} of {len(value)}" + (f" that is not an array ({why})" if why else "")
    if isinstance(value, (np.ndarray, np.generic)):
        return f"an array of shape {_shape_text(np.shape(value))}"
    if isinstance(value, (bool, int, float)):
        return "a number of too many digits" if numbers(value) is None else f"the number {value}"
    return getattr(value, "noun", f"an object of type {type(value).__name__}")


def _shapes_differ(got, expected):
    text = f"shape {_shape_text(got)}, expected {_shape_text(expected)}"
    turned = len(got) > 1 and tuple(got) == tuple(expected)[::-1]
    return text + (" (transposed?)" if turned else "")


def _shape_text(shape):
    inside = ", ".join("any" if n is None else str(n) for n in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"


def _at(index):
    return f" at [{', '.join(map(str, index))}]" if index else ""


def _digits(value):
    return str(value) if np.asarray(value).dtype.kind in "biu" else f"{value:.6g}"


def _name(function):
    return getattr(function, "noun", getattr(function, "__name__", "the function"))
