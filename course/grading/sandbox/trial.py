"""Tries the checker out: a file of ours goes the whole way of a student's file, and nothing else decides."""

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
    """Start the checker as it is started for a class, and let it check a file that imports Keras and `course`.

    Args:
        backend: Which backend.
        launcher: What starts a candidate's process.
        limits: The `Limits`, if others than the default are wanted.

    Raises:
        GraderError: It does not work; says why.
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
