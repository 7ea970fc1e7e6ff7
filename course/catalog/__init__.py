"""What the course contains: units, their experiments and exercises, read from their TOML files and checked.

This is the only place that discovers content. May import authoring, which derives stub and mistakes of an exercise,
and neither Keras nor a unit. Experiments, grading, release and the command line call it.

`forbidden.py`, with the names that an exercise forbids, is also imported in a candidate's process. The rest of this
room is kept out of the jail, therefore the names below are loaded on first use.
"""

from importlib import import_module

_PLACES = {
    "EDITION_FILES": "reading",
    "EXERCISE_FILES": "reading",
    "Catalog": "reading",
    "load": "reading",
    "unlisted": "reading",
    "Exercise": "content",
    "Experiment": "content",
    "Unit": "content",
}
__all__ = sorted(_PLACES)


def __getattr__(name):
    if name in _PLACES:
        return getattr(import_module(f"course.catalog.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'course.catalog' has no attribute {name!r}")
