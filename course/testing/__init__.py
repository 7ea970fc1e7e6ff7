"""What tests and checks are written with: closeness in words, equal weights, the same random numbers everywhere.

Imports no other room: it trains models by the names of `course`. Tests, units' checks and `course portable` call it.

| file | idea |
| --- | --- |
| `numbers.py` | `assert_close`, `set_weights`, `portable_random` |
| `layer_check.py`, `layer_check_steps.py`, `layer_check_tools.py` | `check_layer`: everything a layer promises |
| `portable/` | `course portable`: one training step on every backend, and where the numbers part |

The names below are loaded when they are asked for: they import Keras, and the command `course portable` must not.
"""

from importlib import import_module

_PLACES = {
    "assert_close": "numbers",
    "check_layer": "layer_check",
    "portable_random": "numbers",
    "set_weights": "numbers",
}
__all__ = sorted(_PLACES)


def __getattr__(name):
    if name in _PLACES:
        return getattr(import_module(f"course.testing.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'course.testing' has no attribute {name!r}")
