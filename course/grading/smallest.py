"""The smallest failing input: a part goes on for a moment after its first failure, to find the one easiest to read."""

import functools
import math
import time
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from course.grading.errors import CheckFailed

_failures = ContextVar("failures", default=None)
_COLLECTED = 20  # failures of a part to choose the smallest from
_COLLECTING_SECONDS = 2.0  # after the first


class Failures(list):
    """The `CheckFailed`s of one part, while they are collected; `mark` is called at the first."""

    def __init__(self, mark):
        self.mark = mark
        self.ends = None

    def add(self, error):
        """Take one in; raises it if that is enough."""
        if not self:
            self.mark()
            self.ends = time.monotonic() + _COLLECTING_SECONDS
        self.append(error)
        if len(self) >= _COLLECTED or time.monotonic() > self.ends:
            raise error

    def smallest(self):
        """Return the failure with the smallest inputs, the first of equals."""
        return min(self, key=lambda error: sum(map(_extent, (error.inputs or {}).values())) or math.inf)


@contextmanager
def collecting(mark=lambda: None):
    """Let a part go on after a statement that does not hold; raise the failure with the smallest inputs at its end.

    What goes wrong after the first failure is not looked at: it may be its consequence.
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
    """Make a statement's failure known to `collecting`, if that is wanted; else it is raised."""

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
    """Return how much there is to read in a value."""
    if isinstance(value, (list, tuple)):
        return 1 + sum(map(_extent, value))
    return max(1, np.size(value)) if isinstance(value, np.ndarray) else 1
