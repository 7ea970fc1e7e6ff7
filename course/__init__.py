"""Mathematical Engineering of Deep Learning: the course's engine.

Units and students write a training step once, with the names below, and it runs unchanged with
``KERAS_BACKEND=tensorflow``, ``jax`` or ``torch``. Importing ``course`` is cheap: Keras and its backend are
imported when one of the training names is first used.
"""

import sys
from importlib import import_module

from course.backend import choose
from course.errors import CourseError

__version__ = "0.1.0"

_TRAINING = (
    "Model",
    "value_and_grad",
    "grad",
    "jvp",
    "vjp",
    "hvp",
    "pure",
    "compiled",
    "fused",
    "is_tracing",
)
_MODULES = ("data", "distribution", "experiments", "grading", "testing", "training", "figures")

__all__ = ["CourseError", "__version__", *_TRAINING, "strategy", "check", *_MODULES]


def __getattr__(name):
    if name in _TRAINING:
        if "keras" not in sys.modules:
            choose()  # KERAS_BACKEND, else what is installed: a clear error instead of Keras's import error
        return getattr(import_module("course.training"), name)
    if name == "strategy":
        if "keras" not in sys.modules:
            choose()
        import_module("course.training")  # on torch it is what trains Keras's own models on several processes
        return import_module("course.distribution").strategy
    if name == "check":  # in a notebook
        return import_module(".notebooks.check", __name__).check
    if name in _MODULES:
        return import_module(f"course.{name}")
    raise AttributeError(f"module 'course' has no attribute {name!r}")
