"""Decides whether the fast paths are used, the code in ``course/training/fast`` that only makes training faster.

Without them a step computes the same numbers (up to rounding) by Keras's own loops and operations. With them

- arrays are cut into batches without the data adapters of Keras;
- ``fit(verbose=0)`` without callbacks runs an epoch as one execution;
- on torch a step that runs often is captured as a graph, and an LSTM or a GRU on a processor is torch's own function;
- on TensorFlow the updates of Adam and SGD and an LSTM on a processor are operations of their own;
- on JAX a step gives back only the state that it changes, and layer normalization is computed by its formula.

They rely on internals of Keras and of the backends. So they are used with the versions that they were tested with, and
are off with any other. ``COURSE_FAST=0`` turns them off, ``COURSE_FAST=1`` turns them on with other versions too, and
``model.compile(..., fast=False)`` turns them off for one model.
"""

import os
from functools import cache
from importlib import metadata

from course.errors import CourseError

VARIABLE = "COURSE_FAST"
# The versions that the gate runs with (constraints.txt); only the numbers given here are compared.
PROVED = {"keras": "3.15", "jax": "0.10", "tensorflow": "2.21", "torch": "2.13"}


def on(backend=None):
    """Whether the fast paths are used now, on the running backend."""
    return _everywhere(os.environ.get(VARIABLE, ""), backend or _running())


def why_off(backend):
    """One sentence that says why the fast paths are off on this backend, or None if they are on."""
    asked = os.environ.get(VARIABLE, "")
    if _everywhere(asked, backend):
        return None
    if asked == "0":
        return f"Fast paths are off, because {VARIABLE}=0: steps compute the same numbers more slowly."
    others = ", ".join(f"{name} {version}" for name, version in _not_proved(backend))
    return (
        f"Fast paths are off, because they were not tested with {others}: steps compute the same numbers more slowly. "
        f"constraints.txt has the tested versions; {VARIABLE}=1 turns the fast paths on all the same."
    )


@cache
def _everywhere(asked, backend):
    if asked not in ("", "0", "1"):
        raise CourseError(f"{VARIABLE}={asked} has no meaning: set it to 0 or to 1, or do not set it.")
    return asked == "1" or (asked != "0" and not _not_proved(backend))


def _not_proved(backend):
    """The packages whose installed version differs from the tested one, and that version."""
    found = {}
    for name in ("keras", backend):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # tensorflow-cpu and the like: the module has the number
            found[name] = getattr(__import__(name), "__version__", "of an unknown version")
    return [
        (name, version) for name, version in found.items() if not f"{version}.".startswith(f"{PROVED[name]}.")
    ]


def _running():
    import keras

    return keras.backend.backend()
