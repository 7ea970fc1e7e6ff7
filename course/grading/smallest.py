"""Finds the smallest failing input: a part continues for a short time after its first failure."""

import functools
import math
import time
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from course.grading.errors import CheckFailed

_failures = ContextVar("failures", default=None)
_COLLECTED = 20  # a part ends after this number of failures
_COLLECTING_SECONDS = 2.0  # a part ends at the first failure after this time


class Failures(list):
    """The `CheckFailed` exceptions of one part; the function `mark` is called at the first."""

    def __init__(self, mark):
        self.mark = mark
        self.ends = None

    def add(self, error):
        """Add a failure.

        Raises:
            CheckFailed: The part has enough failures, or the time for collecting is over.
        """
        if not self:
            self.mark()
            self.ends = time.monotonic() + _COLLECTING_SECONDS
        self.append(error)
        if len(self) >= _COLLECTED or time.monotonic() > self.ends:
            raise error

    def smallest(self):
        """Return the failure with the smallest inputs; the first one if several are equally small."""
        return min(self, key=lambda error: sum(map(_extent, (error.inputs or {}).values())) or math.inf)


@contextmanager
def collecting(mark=lambda: None):
    """Continue a part after a statement that does not hold; at the end raise the failure with the smallest inputs.

    Other exceptions after the first failure are ignored, because the failure may have caused them.
    """
    failures = Failures(mark)
    before = _failures.set(failures)
    try:
        yield
    except Exception:
        if not failures:
            raise
    finally:
        _failures.reset(before)
    if failures:
        raise failures.smallest()


def statement(function):
    """Decorate a statement: inside `collecting` its failure is collected, otherwise it is raised."""

    @functools.wraps(function)
    def state(*args, **kwargs):
        try:
            function(*args, **kwargs)
        except CheckFailed as error:
            failures = _failures.get()
            if failures is None:
                raise
            failures.add(error)

    return state


def _extent(value):
    """Return the number of entries of a value."""
    if isinstance(value, (list, tuple)):
        return 1 + sum(map(_extent, value))
    return max(1, np.size(value)) if isinstance(value, np.ndarray) else 1
