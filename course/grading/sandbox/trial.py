"""Tests the checker: a file of the course is checked in the same way as a student's file."""

import numpy as np

from course.grading.errors import CandidateEnded, CandidateError, GraderError
from course.grading.sandbox.workers import Workers

_ANSWER = b"""
import keras
import numpy
from keras import ops

import course


def backend(x):
    return keras.backend.backend()


def gradient(x):
    return course.grad(lambda x: ops.sum(x * x))(x)
"""


def trial(backend, launcher, limits=None):
    """Start the checker in the same way as for a class, and check a file that imports Keras and `course`.

    Args:
        backend: The name of the backend.
        launcher: The launcher of the candidate's process.
        limits: The `Limits`; None for the default.

    Raises:
        GraderError: The checker does not work; the message says why.
    """
    x = np.array([1.0, -2.0], "float32")
    with Workers(backend, launcher, limits) as workers:
        session = workers.session("trial", _ANSWER)
        try:
            session.begin(seed=0)
            ran, gradient = session.candidate.backend(x), session.candidate.gradient(x)
        except (CandidateError, CandidateEnded) as error:
            raise GraderError(f"The checker does not work on {backend}: {error}") from None
        finally:
            session.close()
    if ran != backend or not np.array_equal(gradient, 2 * x):
        raise GraderError(f"The checker does not work on {backend}: it ran on {ran} and computed {gradient}.")
