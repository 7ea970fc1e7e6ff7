"""Replaces the names `np`, `int`, `float` and `bool` of a check while it is recorded.

Python and NumPy require that `np.asarray(answer)` and `int(answer)` return a real array and a real number. The
recorder could not see what the check does with these. Therefore the names are replaced during a recording: called with
an answer they record a step, and called with anything else they do what the original does.
"""

import builtins

import numpy as np

from course.release.trace import ValueTrace

_ARRAYS = ("asarray", "array", "ascontiguousarray")


def replacements(scope, recorder):
    """Return name → its replacement during a recording, for the globals `scope` of a check."""
    found = {name: Numpy(recorder) for name, thing in scope.items() if thing is np}
    for name in ("int", "float", "bool"):
        if scope.get(name, getattr(builtins, name)) is getattr(builtins, name):
            found[name] = Number(recorder, getattr(builtins, name))
    return found


class Numpy:
    """Behaves like NumPy, but records the conversion of answers to arrays."""

    def __init__(self, recorder):
        self._recorder = recorder

    def __getattr__(self, name):
        function = getattr(np, name)
        if name not in _ARRAYS:
            return function

        def make(value, *args, **kwargs):
            if not _holds_answers(value):
                return function(value, *args, **kwargs)
            return self._recorder.numpy(name, function, (value, *args), kwargs)

        return make


class Number:
    """Behaves like `int`, `float` or `bool`, but records the conversion of an answer."""

    def __init__(self, recorder, kind):
        self._recorder, self._kind = recorder, kind
        self.dtype = np.dtype(kind)  # NumPy reads this attribute for `dtype=int`

    def __call__(self, *args):
        """Convert a value to a number; record it if the value is an answer."""
        if len(args) == 1 and isinstance(args[0], ValueTrace):
            return self._recorder.number(self._kind, args[0])
        return self._kind(*args)

    def __instancecheck__(self, value):
        return isinstance(value, self._kind)


def _holds_answers(value):
    """Tell whether a value is an answer or a list that contains one."""
    if isinstance(value, (list, tuple)):
        return any(map(_holds_answers, value))
    return isinstance(value, ValueTrace)
