"""Whatever a candidate returns, a check says that the part has failed: it never falls over, and never hangs.

No process is started: here the candidate is an object of this process whose every function returns one odd value.
"""

import itertools
import math

import numpy as np
import pytest

from course import catalog
from course.grading.candidate import Handle
from course.grading.report import FAILED, PASSED
from course.grading.runner import read_parts, run_part
from course.grading.session import Reply
from course.grading.values import plain

pytestmark = pytest.mark.backend_independent

EXERCISES = catalog.load().exercises

ODD = {
    "huge": 10**30,
    "negative": -1,
    "zero": 0,
    "nan": math.nan,
    "infinity": math.inf,
    "complex": np.array(1j),
    "bool": True,
    "none": None,
    "text": "a" * 100,
    "empty list": [],
    "empty tuple": (),
    "empty dict": {},
    "empty array": np.zeros((0,)),
    "no rows": np.zeros((0, 3)),
    "array of nan": np.full((3, 3), np.nan),
    "many axes": np.zeros((1, 1, 1, 1, 1)),
    "large": np.full((5,), 10**9),
    "bools": np.array([True, False]),
    "ragged": [[1], [2, 3]],
    "huge pair": (10**30, -(10**30)),
    "pair of none": (None, None),
    "triple": (np.zeros(2), [1, "x"], {"a": None}),
    "texts": ["a", "b"],
    "half": np.full((2, 2), 65504, "float16"),
}


class Odd:
    """A session whose candidate has one value for everything: returned by its functions, or in their place."""

    trusted = True

    def __init__(self, value, called=True):
        self.value = plain(value)
        self.called = called
        self.transcript = []

    @property
    def candidate(self):
        return Handle(self, 0, "file", "odd.py")

    def begin(self, seed):
        self.transcript = []

    def get(self, handle, name):
        if self.called:
            return Handle(self, 1, "function", name)
        return self._reply(name)

    def call(self, handle, args, kwargs):
        return self._reply(handle._label)

    def _reply(self, name):
        self.transcript.append(Reply(name, self.value))
        return self.value


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_an_odd_value_is_a_failed_part(exercise):
    odd = []
    for part in read_parts(exercise.check):
        for (name, value), called in itertools.product(ODD.items(), (True, False)):
            result, _ = run_part(part, Odd(value, called), seed=1)
            fine = result.status == PASSED or (
                result.status == FAILED and result.message and not result.earned
            )
            if not fine:
                odd.append(f"{part.name}: {name} is {result.status}: {result.message}")
    assert not odd
