"""Tools for tests and checks: comparison with clear messages, equal weights, the same random numbers on each backend.

Imports no other room: it trains models by the names of `course`. Tests, units' checks and `course portable` call it.

| file | idea |
| --- | --- |
| `numbers.py` | `assert_close`, `set_weights`, `portable_random` |
| `programs.py` | `one_program`: a function that a test calls once or twice |
| `layer_check.py`, `layer_check_steps.py`, `layer_check_tools.py` | `check_layer`: all properties of a Keras layer |
| `portable/` | `course portable`: one training step on every backend, and where the numbers differ |

The names below are loaded on first use, because they import Keras and the command `course portable` must not.
"""

from importlib import import_module

_PLACES = {
    "assert_close": "numbers",
    "check_layer": "layer_check",
    "one_program": "programs",
    "portable_random": "numbers",
    "set_weights": "numbers",
}
__all__ = sorted(_PLACES)


def __getattr__(name):
    if name in _PLACES:
        return getattr(import_module(f"course.testing.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'course.testing' has no attribute {name!r}")
