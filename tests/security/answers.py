"""Files whose functions return one expression each, and what the grader has to do with them."""

import pytest

from course import catalog
from course.grading.errors import CandidateError

BEGIN = """
import importlib

import keras
import numpy as np
from keras import ops


def of(module, name):
    return getattr(importlib.import_module(module), name)

def n(z):
    return np.asarray(ops.convert_to_numpy(z))
"""


def text_of(begin, expressions):
    """The text of a file: what it begins with, and a function of z for each expression, `answer0`, `answer1` …"""
    functions = (f"def answer{i}(z):\n    return {line}\n" for i, line in enumerate(expressions))
    return "\n".join([begin, *functions])


def forbidden_in(exercise):
    """The names that an exercise forbids."""
    return catalog.load().exercises_of(exercise)[0].forbidden


def assert_refused(asked, i, z, expression, declared):
    """Assert that the i-th function raises, and that the declared name is counted."""
    with pytest.raises(CandidateError) as caught:
        pytest.fail(f"{expression} returned {getattr(asked.candidate, f'answer{i}')(z)}")
    assert caught.value.kind == "ForbiddenShortcut", f"{expression}: {caught.value}"
    assert declared in asked.forbidden_calls, expression


def assert_all_work(asked, z, expressions):
    """Assert that no function raises."""
    for i, expression in enumerate(expressions):
        try:
            getattr(asked.candidate, f"answer{i}")(z)
        except CandidateError as error:
            pytest.fail(f"{expression}: {error}")
